/* plugin.c: registration, preferences, and the life of the one tracker.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "shim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <epan/tap.h>

struct shim shim;

static host_switch rebase = HOST_SWITCH_ON;
static host_switch info_column = HOST_SWITCH_ON;

enum { LANGUAGE_AUTO, LANGUAGE_EN, LANGUAGE_ZH };
static int language = LANGUAGE_AUTO;
static const enum_val_t languages[] = {
    {"auto", "As the locale says", LANGUAGE_AUTO},
    {"en", "English", LANGUAGE_EN},
    {"zh", "简体中文", LANGUAGE_ZH},
    {NULL, NULL, 0},
};

static bool has_failed;

bool shim_adds_to_info(void)
{
    return host_is_on(&info_column);
}

bool shim_is_ok(uint8_t status)
{
    if (status == SYNFIN_STATUS_PANICKED && !has_failed) {
        has_failed = true;
        fprintf(stderr, "synfin: stopped by a defect of its own; the rest of this capture has no annotations. "
                        "Please report it with the capture.\n");
    }
    return status == SYNFIN_STATUS_OK;
}

/* POSIX: LC_ALL wins over LC_MESSAGES, which wins over LANG; an empty one counts as unset. */
uint8_t shim_locale_language(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = getenv(names[i]);
        if (value != NULL && value[0] != '\0')
            return strncmp(value, "zh", 2) == 0 ? SYNFIN_LANGUAGE_CHINESE : SYNFIN_LANGUAGE_ENGLISH;
    }
    return SYNFIN_LANGUAGE_ENGLISH;
}

static uint8_t chosen_language(void)
{
    if (language == LANGUAGE_EN)
        return SYNFIN_LANGUAGE_ENGLISH;
    if (language == LANGUAGE_ZH)
        return SYNFIN_LANGUAGE_CHINESE;
    return shim_locale_language();
}

/* A new file, and every redissection of it, begins here. */
static void begin_file(void)
{
    synfin_options options = {.struct_size = sizeof options};
    options.rebase = host_is_on(&rebase) ? 1 : 0;
    options.language = chosen_language();
    has_failed = false;
    feed_reset();
    icmp_reset();
    streams_reset();
    show_begin_file();
    synfin_tracker_free(shim.tracker);
    shim.tracker = synfin_tracker_new(&options);
}

static void end_file(void)
{
    feed_reset();
    synfin_tracker_free(shim.tracker);
    shim.tracker = NULL;
}

static void register_preferences(void)
{
    module_t *module = prefs_register_protocol(shim.proto, NULL);
    host_register_switch(module, "rebase", "Number the closing from its own start",
                         "From the first FIN on, X is that FIN's own sequence number and Y what it acknowledges. "
                         "When off, X and Y are those of the opening all the way.",
                         &rebase);
    host_register_switch(module, "info_column", "Add the step to the Info column",
                         "Segments with a step or a RST get a suffix such as [Open 2/3: Seq=Y Ack=X+1].", &info_column);
    host_register_choice(module, "language", "Language of the explanations", "The language of synfin.explain.", &language,
                         languages);
}

static void register_protocol(void)
{
    /* A second protocol of the name would stop Wireshark from starting. */
    if (proto_get_id_by_filter_name("synfin") != -1) {
        fprintf(stderr, "synfin: two copies of the plugin are installed; this one stays out: remove one of them.\n");
        return;
    }
    shim.language = shim_locale_language();
    shim.proto = proto_register_protocol("TCP Lifecycle", "synfin", "synfin");
    shim.protocol = find_protocol_by_id(shim.proto);
    shim.proto_tcp = proto_get_id_by_filter_name("tcp");
    shim.tap = register_tap("synfin");
    show_register();
    feed_register();
    icmp_register();
    table_register();
    lines_register();
    ladder_register();
    filters_register();
    register_preferences();
    register_init_routine(begin_file);
    register_cleanup_routine(end_file);
}

static void hand_off(void)
{
    if (shim.protocol == NULL)
        return;
    feed_handoff();
    icmp_handoff();
    stats_handoff();
}

/* Called by plugin_register(). */
void synfin_shim_register(void)
{
    static const proto_plugin plugin = {.register_protoinfo = register_protocol, .register_handoff = hand_off};
    if (!host_known()) {
        fprintf(stderr, "synfin: this Wireshark lacks a function that its series should have: not registered.\n");
        return;
    }
    if (synfin_abi_version() != SYNFIN_ABI_VERSION) {
        fprintf(stderr, "synfin: its two halves were built from different sources: not registered; build it again.\n");
        return;
    }
    proto_register_plugin(&plugin);
}
