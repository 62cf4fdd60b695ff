/* main.c: loads a plugin as Wireshark does, and has it work on captures; see host.h.
 *
 *   host PLUGIN [--as MAJOR.MINOR] [-G] [-o PREFERENCE:VALUE] [-e FIELD] [-z STATISTIC] CAPTURE...
 *
 * -G prints what the plugin registered. Exit status: 0 all went well; 1 the plugin does not load; 2 it was made for another
 * version; 64 and more: the stand-in itself.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host.h"

#include <stdlib.h>
#include <string.h>

#include <epan/epan.h>

#ifdef _WIN32
#include <fcntl.h>
#include <io.h>
#include <windows.h>
#else
#include <dlfcn.h>
#endif

int stand_in_main(int argc, char **argv);

static int version[2] = {WIRESHARK_VERSION_MAJOR, WIRESHARK_VERSION_MINOR};

void epan_get_version_number(int *major, int *minor, int *micro)
{
    *major = version[0];
    *minor = version[1];
    *micro = 0;
}

/* ---- the plugin */

#ifdef _WIN32

static void *load(const char *path)
{
    wchar_t wide[1024];
    HMODULE module = NULL;
    if (MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, path, -1, wide, 1024) != 0)
        module = LoadLibraryW(wide);
    if (module == NULL)
        printf("Couldn't load plugin: error %lu\n", GetLastError());
    return (void *)module;
}

static void *symbol(void *plugin, const char *name)
{
    FARPROC found = GetProcAddress((HMODULE)plugin, name);
    void *address;
    memcpy(&address, &found, sizeof address);
    return address;
}

/* As g_module_close(). A plugin that says so stays loaded. */
static bool unload(void *plugin)
{
    wchar_t path[1024];
    (void)FreeLibrary((HMODULE)plugin);
    return GetModuleFileNameW((HMODULE)plugin, path, 1024) == 0;
}

#else

static void *load(const char *path)
{
    void *plugin = dlopen(path, RTLD_LAZY | RTLD_LOCAL);
    if (plugin == NULL)
        printf("Couldn't load plugin: %s\n", dlerror());
    return plugin;
}

static void *symbol(void *plugin, const char *name)
{
    return dlsym(plugin, name);
}

static bool unload(void *plugin)
{
    (void)dlclose(plugin);
    return symbol(plugin, "plugin_register") == NULL;
}

#endif

static void *load_plugin(const char *path)
{
    void *plugin = load(path);
    const int *want[2];
    void *found;
    void (*registers)(void);
    if (plugin == NULL)
        exit(1);
    want[0] = symbol(plugin, "plugin_want_major");
    want[1] = symbol(plugin, "plugin_want_minor");
    found = symbol(plugin, "plugin_register");
    if (want[0] == NULL || want[1] == NULL || found == NULL || symbol(plugin, "plugin_version") == NULL ||
        symbol(plugin, "plugin_describe") == NULL) {
        printf("The plugin lacks a symbol\n");
        exit(1);
    }
    if (*want[0] != version[0] || *want[1] != version[1]) {
        printf("The plugin was compiled for Wireshark version %d.%d\n", *want[0], *want[1]);
        exit(2);
    }
    memcpy(&registers, &found, sizeof registers);
    registers();
    return plugin;
}

/* ---- a capture */

static const char *file_name(const char *path)
{
    for (const char *at = path; *at != '\0'; at++) {
        if (*at == '/' || *at == '\\')
            path = at + 1;
    }
    return path;
}

/* A first visit without a tree, as a program that lists frames; then the details of each, the last first; then a program
 * that wants a few fields, and counts anew. */
static void work_on(const char *path)
{
    size_t count;
    struct frame *frames = read_capture(path, &count);
    printf("== %s: %u frames\n", file_name(path), (unsigned)count);
    if (frames == NULL) {
        fprintf(stderr, "stand-in: cannot read %s\n", path);
        exit(66);
    }
    run_init_routines();
    taps_reset();
    columns_want(true);
    for (size_t i = 0; i < count; i++)
        dissect_frame(&frames[i], (uint32_t)i + 1, DETAILS_NONE);
    taps_draw();
    printf("-- again, from the last to the first\n");
    taps_deliver(false);
    for (size_t i = count; i > 0; i--)
        dissect_frame(&frames[i - 1], (uint32_t)i, DETAILS_ALL);
    taps_deliver(true);
    printf("-- again, some fields\n");
    taps_reset();
    columns_want(false);
    for (size_t i = 0; i < count; i++)
        dissect_frame(&frames[i], (uint32_t)i + 1, DETAILS_REFERENCED);
    taps_draw();
    run_cleanup_routines();
    packets_reset();
    free_capture(frames, count);
}

/* ---- the program */

struct options {
    bool lists;
    const char *statistics[16];
    int statistic_count;
};

/* Options in any order; what is none is left in argv, and counted. */
static int take_options(int argc, char **argv, bool is_registered, struct options *options)
{
    int left = 0;
    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : "";
        if (strcmp(argv[i], "-G") == 0) {
            options->lists = true;
        } else if (argv[i][0] != '-') {
            if (is_registered)
                argv[left] = argv[i];
            left++;
        } else {
            i++;
            if (strcmp(argv[i - 1], "--as") == 0) {
                version[0] = atoi(value);
                version[1] = atoi(strchr(value, '.') + 1);
            } else if (is_registered && strcmp(argv[i - 1], "-o") == 0 && !set_preference(value)) {
                fprintf(stderr, "stand-in: no preference %s\n", value);
                exit(64);
            } else if (is_registered && strcmp(argv[i - 1], "-e") == 0) {
                reference_field(value);
            } else if (is_registered && strcmp(argv[i - 1], "-z") == 0) {
                options->statistics[options->statistic_count++] = value;
            }
        }
    }
    return left;
}

static void begin_statistics(const struct options *options)
{
    for (int i = 0; i < options->statistic_count; i++) {
        const char *argument = options->statistics[i];
        if (strncmp(argument, "flow,", 5) == 0) {
            begin_flow_graph(argument + 5);
        } else if (!begin_statistic(argument)) {
            fprintf(stderr, "stand-in: no statistic %s\n", argument);
            exit(64);
        }
    }
}

int stand_in_main(int argc, char **argv)
{
    struct options options = {0};
    void *plugin;
    int left;
    if (take_options(argc, argv, false, &options) < 1)
        return 64;
#ifdef _WIN32
    (void)_setmode(_fileno(stdout), _O_BINARY);
#endif
    packets_register();
    plugin = load_plugin(argv[1]);
    run_register_and_handoff();
    left = take_options(argc, argv, true, &options);
    preferences_changed();
    if (options.lists) {
        print_registered();
        print_registered_statistics();
    }
    begin_statistics(&options);
    for (int i = 1; i < left; i++)
        work_on(argv[i]);
    taps_finish();
    printf("== the end: unloaded, the plugin is %s\n", unload(plugin) ? "gone" : "still there");
    return 0;
}
