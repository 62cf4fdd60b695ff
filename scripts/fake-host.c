/* fake-host.c: loads a plugin as Wireshark does, and calls itself any version: fake-host FILE MAJOR MINOR.
 *
 * scripts/test-plugin.sh adds a stub for each function that the plugin wants of its host. Exit status: 0 registered;
 * 1 the loader refuses the file; 2 it was made for another version; 3 it loads, and registers nothing.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int version[2];
static int registered;

void epan_get_version_number(int *major, int *minor, int *micro);
void proto_register_plugin(const void *plugin);

void epan_get_version_number(int *major, int *minor, int *micro)
{
    *major = version[0];
    *minor = version[1];
    *micro = 0;
}

void proto_register_plugin(const void *plugin)
{
    registered += plugin != NULL;
}

static void *symbol(void *handle, const char *name)
{
    void *found = dlsym(handle, name);
    if (found == NULL) {
        printf("The plugin has no \"%s\" symbol\n", name);
        exit(1);
    }
    return found;
}

int main(int argc, char **argv)
{
    void *handle;
    void *found;
    void (*plugin_register)(void);
    const int *want[2];
    if (argc != 4)
        return 64;
    version[0] = atoi(argv[2]);
    version[1] = atoi(argv[3]);
    /* Lazily, as Wireshark does: that all functions are looked up at once has to be the file's own wish. */
    handle = dlopen(argv[1], RTLD_LAZY | RTLD_LOCAL);
    if (handle == NULL) {
        printf("Couldn't load plugin: %s\n", dlerror());
        return 1;
    }
    (void)symbol(handle, "plugin_version");
    want[0] = symbol(handle, "plugin_want_major");
    want[1] = symbol(handle, "plugin_want_minor");
    if (*want[0] != version[0] || *want[1] != version[1]) {
        printf("The plugin was compiled for Wireshark version %d.%d\n", *want[0], *want[1]);
        return 2;
    }
    found = symbol(handle, "plugin_register");
    memcpy(&plugin_register, &found, sizeof plugin_register);
    plugin_register();
    return registered == 1 ? 0 : 3;
}
