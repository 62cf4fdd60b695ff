/* tshark.c: as much of tshark.exe as scripts/windows/install.cmd asks: which folders there are, and which plugins loaded.
 * SYNFIN_TEST_FOLDER names the folder that both are in.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

int main(int argc, char **argv)
{
    const char *folder = getenv("SYNFIN_TEST_FOLDER");
    char plugin[1024];
    if (argc != 3 || strcmp(argv[1], "-G") != 0 || folder == NULL)
        return 64;
    if (strcmp(argv[2], "folders") == 0) {
        printf("Temp:                \t%s\n", folder);
        printf("Personal configuration:\t%s\\Wire shark\n", folder);
        printf("Personal Plugins:    \t%s\\Wire shark\\plugins\\4.6\n", folder);
        printf("Global Plugins:      \t%s\\program\\plugins\\4.6\n", folder);
        return 0;
    }
    (void)snprintf(plugin, sizeof plugin, "%s\\Wire shark\\plugins\\4.6\\epan\\synfin.dll", folder);
    printf("other.dll          \t1.0.0     \tdissector\n");
    if (GetFileAttributesA(plugin) != INVALID_FILE_ATTRIBUTES)
        printf("synfin.dll         \t0.0.0     \tdissector\t%s\n", plugin);
    return 0;
}
