#!/bin/sh
# Looks at the page of `synfin report --html` in a headless Chromium (scripts/page/test.py says at what).
#
#   test-page.sh               the checks; pictures into target/page
#   test-page.sh --pictures    the pictures of the documentation, into docs/images
set -eu

cd "$(dirname "$0")/.."
case ${1:-} in '' | --pictures) ;; *)
    echo "test-page: unknown option $1; there is --pictures" >&2
    exit 2
    ;;
esac
scripts/setup.sh chromium=chromium python3=python3 pngquant=pngquant \
    /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf=fonts-dejavu-core \
    '/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc=fonts-noto-cjk'
exec python3 scripts/page/test.py "$@"
