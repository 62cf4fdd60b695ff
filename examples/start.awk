# Makes of a connection's last time stamp (column 3, seconds since 1970) and its duration (column 4) the time of its first
# segment, in UTC. Seconds and nanoseconds are kept apart: a double does not hold both.
BEGIN { FS = OFS = "\t" }

function nanoseconds(time) { return substr(time, index(time, ".") + 1) + 0 }

# The civil date of a day since 1970-01-01, by eras of 400 years that begin in March.
function date(day,  era, year, month) {
    day += 719468
    era = int(day / 146097)
    day -= era * 146097
    year = int((day - int(day / 1460) + int(day / 36524) - int(day / 146096)) / 365)
    day -= 365 * year + int(year / 4) - int(year / 100)
    month = int((5 * day + 2) / 153)
    day -= int((153 * month + 2) / 5) - 1
    return sprintf("%04d-%02d-%02d", era * 400 + year + (month > 9), month + (month > 9 ? -9 : 3), day)
}

function utc(last, duration,  second, nanosecond) {
    second = int(last) - int(duration)
    nanosecond = nanoseconds(last) - nanoseconds(duration)
    if (nanosecond < 0) { second--; nanosecond += 1000000000 }
    return sprintf("%sT%02d:%02d:%02d.%06dZ", date(int(second / 86400)), int(second / 3600) % 24, int(second / 60) % 60,
        second % 60, int(nanosecond / 1000))
}

{ $3 = $4 == "" ? "" : utc($3, $4); print }
