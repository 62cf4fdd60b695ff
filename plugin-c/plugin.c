/* plugin.c: loading, registration, preferences, and the life of the one tracker.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "plugin.h"

#include <stdio.h>

#include "connections.h"
#include "feed.h"
#include "fields.h"
#include "filters.h"
#include "host.h"
#include "host_load.h"
#include "ladder.h"
#include "language.h"
#include "print.h"
#include "segment_tap.h"
#include "servers.h"
#include "shim.h"
#include "show.h"
#include "stats.h"

static bool is_known;
static host_switch rebase = HOST_SWITCH_ON;
/* A text, not a choice from a list: for a value that is not in a list Wireshark keeps the value before and says
 * nothing. */
static const char *language = LANGUAGE_AUTO;

/* ---- a capture file -------------------------------------------------------------------------------------- */

/* A new file, and every redissection of it, begins here. */
static void begin_file(void)
{
    synfin_options options = {.struct_size = sizeof options};
    options.rebase = host_is_on(&rebase) ? 1 : 0;
    (void)language_of_preference(language, &options.language);
    feed_reset();
    show_begin_file();
    shim_begin_file(&options);
}

static void end_file(void)
{
    feed_reset();
    shim_end_file();
}

/* ---- registration ---------------------------------------------------------------------------------------- */

/* Called when Wireshark has taken new preferences. */
static void check_preferences(void)
{
    uint8_t unused;
    if (!language_of_preference(language, &unused))
        fprintf(stderr, "synfin: synfin.language is en, zh or auto, not \"%s\": auto is used.\n", language);
}

static module_t *register_preferences(void)
{
    static char title[64];
    module_t *module = host.prefs_register_protocol(shim.proto, check_preferences);
    (void)snprintf(title, sizeof title, "%s (en, zh, auto)", shim_word(SYNFIN_WORD_LANGUAGE_TITLE));
    host_register_switch(module, "rebase", shim_word(SYNFIN_WORD_REBASE_TITLE), shim_word(SYNFIN_WORD_REBASE_TEXT),
                         &rebase);
    host.prefs_register_string_preference(module, "language", title, shim_word(SYNFIN_WORD_LANGUAGE_TEXT), &language);
    return module;
}

static void register_protocol(void)
{
    /* With a second protocol of this name Wireshark would not start. */
    if (host.proto_get_id_by_filter_name("synfin") != -1) {
        fprintf(stderr, "synfin: two copies of the plugin are installed; this one stays out: remove one of them.\n");
        return;
    }
    shim.language = language_of_saved_preference();
    shim.proto = host.proto_register_protocol(shim_word(SYNFIN_WORD_PROTOCOL), "synfin", "synfin");
    shim.protocol = host.find_protocol_by_id(shim.proto);
    shim.enabled = host_enabled_of(shim.proto);
    shim.proto_tcp = host.proto_get_id_by_filter_name("tcp");
    segment_tap_register();
    fields_register();
    feed_register();
    connections_register();
    servers_register();
    print_register();
    ladder_register();
    filters_register();
    show_register(register_preferences());
    host.register_init_routine(begin_file);
    host.register_cleanup_routine(end_file);
}

static void hand_off(void)
{
    if (shim.protocol == NULL)
        return;
    feed_handoff();
    stats_register();
}

static void register_shim(void)
{
    if (host_missing() != NULL) {
        fprintf(stderr, "synfin: this Wireshark lacks the function %s: not registered.\n", host_missing());
        return;
    }
    if (synfin_abi_version() != SYNFIN_ABI_VERSION) {
        fprintf(stderr, "synfin: its two halves were built from different sources: not registered; build it again.\n");
        return;
    }
    if (is_known)
        host_register_plugin(register_protocol, hand_off);
}

/* ---- loading --------------------------------------------------------------------------------------------- */

/* Runs while the shared object is being loaded. For an unknown series the wanted version stays that of the headers, so
 * that Wireshark refuses the plugin with a line of its own. */
__attribute__((constructor)) static void load(void)
{
    int major = 0;
    int minor = 0;
    synfin_shim_entry = register_shim;
    is_known = host_load(&major, &minor);
    if (!is_known)
        return;
    plugin_want_major = major;
    plugin_want_minor = minor;
}
