/* host_load.c: see host_load.h. Also proves at compile time that host_layout.h is right about the headers at hand.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host_load.h"

#include "host_facts.h"
#include "host_functions.h"
#include "host_inside.h"
#include "host_lookup.h"

struct host_functions host;
const struct host_layout *host_layout;

/* ---- the layouts, and their proof ------------------------------------------------------------------------ */

#ifdef _WIN32
#define SERIES_HERE HOST_SERIES_WINDOWS
#define LAYOUT_HERE(layout) layout##_WINDOWS
#else
#define SERIES_HERE HOST_SERIES_UNIX
#define LAYOUT_HERE(layout) layout##_UNIX
#endif

static const struct host_layout layouts[] = {
#define VALUE(name, value) .name = (value),
#define LAYOUT(major_number, minor_number, layout) \
    {.major = (major_number), .minor = (minor_number), layout(VALUE) LAYOUT_HERE(layout)(VALUE)},
    SERIES_HERE(LAYOUT)
#undef LAYOUT
#undef VALUE
};

/* A series without a row in host_layout.h does not compile: run `cargo xtask host layout` with its headers first. */
#define LAYOUT_NAME(major, minor) HOST_LAYOUT_##major##_##minor
#define LAYOUT_OF(major, minor) LAYOUT_NAME(major, minor)
#define BUILT_LAYOUT LAYOUT_OF(WIRESHARK_VERSION_MAJOR, WIRESHARK_VERSION_MINOR)
#define BUILT_LAYOUT_HERE_OF(layout) LAYOUT_HERE(layout)
#define BUILT_LAYOUT_HERE BUILT_LAYOUT_HERE_OF(BUILT_LAYOUT)

enum {
#define BUILT(name, value) built_##name = (value),
    BUILT_LAYOUT(BUILT)
    BUILT_LAYOUT_HERE(BUILT)
    HOST_LAYOUT_COMMON(BUILT)
#undef BUILT
};

#define SAME(name, expression) \
    _Static_assert((long long)built_##name == (long long)(expression), \
                   "host_layout.h is wrong about " #name ": run cargo xtask host layout");
HOST_VARYING_FACTS(SAME)
HOST_COMMON_FACTS(SAME)
HOST_IP_FACTS(SAME)
#undef SAME
_Static_assert(built_pinfo_fragmented_at == offsetof(packet_info, fragmented), "host_layout.h is wrong: fragmented");
_Static_assert(sizeof(void *) == 8 && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "the layouts are those of 64-bit little-endian systems");
_Static_assert(sizeof(int) == 4, "a preference of an older series is an int of four bytes");

/* ---- the functions --------------------------------------------------------------------------------------- */

_Static_assert(sizeof(void (*)(void)) == sizeof(void *), "a function's address fits into a pointer");

struct wanted {
    const char *name;
    size_t place; /* in struct host_functions */
};

static const struct wanted needed[] = {
#define NAMED(name) {#name, offsetof(struct host_functions, name)},
#define OTHER(result, name, arguments) NAMED(name)
#define GLIB(result, member, name, arguments) {name, offsetof(struct host_functions, member)},
#define VARIABLE(type, name) NAMED(name)
    HOST_SAME(NAMED) HOST_OTHER(OTHER) HOST_VARIES(NAMED) HOST_GLIB(GLIB) HOST_VARIABLES(VARIABLE)};

static const struct wanted optional[] = {HOST_OPTIONAL(OTHER)};

static const char *missing;

static bool find(const struct wanted *one)
{
    void *found = host_lookup(one->name);
    memcpy((char *)&host + one->place, &found, sizeof found);
    return found != NULL;
}

static void find_all(void)
{
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
        if (!find(&needed[i]) && missing == NULL)
            missing = needed[i].name;
    }
    for (size_t i = 0; i < sizeof optional / sizeof optional[0]; i++)
        (void)find(&optional[i]);
}

bool host_load(int *major, int *minor)
{
    int micro = 0;
    find_all();
    if (host.epan_get_version_number == NULL)
        return false;
    host.epan_get_version_number(major, minor, &micro);
    for (size_t i = 0; i < sizeof layouts / sizeof layouts[0]; i++) {
        if (layouts[i].major == *major && layouts[i].minor == *minor)
            host_layout = &layouts[i];
    }
    if (host_layout == NULL)
        return false;
    /* A series that may split flows can find a conversation by what splits them. */
    if (host_layout->prefs_deinterlacing != 0 && host.find_conversation_strat == NULL && missing == NULL)
        missing = "find_conversation_strat";
    host_stay_loaded();
    return true;
}

const char *host_missing(void)
{
    return missing;
}
