/* tree.c: the protocol tree of the stand-in; see host.h.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

/* A node as Wireshark has it, and what it would keep as a value. */
struct item {
    proto_node node;
    field_info info;
    const char *text;
};

static header_field_info root_info = {.name = "root", .abbrev = "", .type = FT_NONE};
static header_field_info text_info = {.name = "Text item", .abbrev = "text", .type = FT_NONE};

const ei_register_info *expert_at(int id);

static struct item *item_of(proto_node *node)
{
    return (struct item *)(void *)node;
}

static proto_node *add_node(proto_node *parent, header_field_info *info, const char *text)
{
    struct item *item = pool_bytes(sizeof *item);
    item->node.finfo = &item->info;
    item->info.hfinfo = info;
    item->text = text;
    item->info.tree_type = -1;
    if (parent == NULL)
        return &item->node;
    item->node.parent = parent;
    item->node.tree_data = parent->tree_data;
    if (parent->last_child == NULL)
        parent->first_child = &item->node;
    else
        parent->last_child->next = &item->node;
    parent->last_child = &item->node;
    return &item->node;
}

proto_tree *new_tree(bool is_visible)
{
    proto_node *tree = add_node(NULL, &root_info, "");
    tree->tree_data = pool_bytes(sizeof *tree->tree_data);
    tree->tree_data->visible = is_visible;
    return tree;
}

proto_tree *proto_tree_get_root(proto_tree *tree)
{
    while (tree != NULL && tree->parent != NULL)
        tree = tree->parent;
    return tree;
}

bool tree_wants(const proto_tree *tree, const header_field_info *info)
{
    return tree != NULL && (tree->tree_data->visible || info->ref_type != HF_REF_TYPE_NONE);
}

truth proto_field_is_referenced(proto_tree *tree, int id)
{
    return tree_wants(tree, field_at(id));
}

/* Nobody reads it: no item. */
static proto_item *add(proto_tree *tree, int id, const char *text)
{
    header_field_info *info = field_at(id);
    return tree_wants(tree, info) ? add_node(tree, info, text) : NULL;
}

proto_item *proto_tree_add_string(proto_tree *tree, int id, tvbuff_t *tvb, gint start, gint length, const char *value)
{
    (void)tvb, (void)start, (void)length;
    return add(tree, id, pool_text("%s", value));
}

proto_item *proto_tree_add_uint(proto_tree *tree, int id, tvbuff_t *tvb, gint start, gint length, guint32 value)
{
    (void)tvb, (void)start, (void)length;
    return add(tree, id, pool_text("%" PRIu32, value));
}

proto_item *proto_tree_add_uint64(proto_tree *tree, int id, tvbuff_t *tvb, gint start, gint length, guint64 value)
{
    (void)tvb, (void)start, (void)length;
    return add(tree, id, pool_text("%" PRIu64, (uint64_t)value));
}

proto_item *proto_tree_add_int(proto_tree *tree, int id, tvbuff_t *tvb, gint start, gint length, gint32 value)
{
    (void)tvb, (void)start, (void)length;
    return add(tree, id, pool_text("%" PRId32, value));
}

proto_item *proto_tree_add_int64(proto_tree *tree, int id, tvbuff_t *tvb, gint start, gint length, gint64 value)
{
    (void)tvb, (void)start, (void)length;
    return add(tree, id, pool_text("%" PRId64, (int64_t)value));
}

proto_item *proto_tree_add_boolean(proto_tree *tree, int id, tvbuff_t *tvb, gint start, gint length, boolean_value value)
{
    (void)tvb, (void)start, (void)length;
    return add(tree, id, value != 0 ? "True" : "False");
}

proto_item *proto_tree_add_time(proto_tree *tree, int id, tvbuff_t *tvb, gint start, gint length, const nstime_t *value)
{
    (void)tvb, (void)start, (void)length;
    return add(tree, id, pool_text("%lld.%09d", (long long)value->secs, value->nsecs));
}

proto_item *proto_tree_add_protocol_format(proto_tree *tree, int id, tvbuff_t *tvb, gint start, gint length,
                                           const char *format, ...)
{
    char text[1024];
    va_list arguments;
    (void)tvb, (void)start, (void)length;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    /* Wireshark adds a protocol's item whether or not anything refers to it. */
    return tree == NULL ? NULL : add_node(tree, field_at(id), pool_text("%s", text));
}

proto_tree *proto_item_add_subtree(proto_item *item, const gint index)
{
    if (item != NULL)
        item->finfo->tree_type = index;
    return item;
}

proto_tree *proto_tree_add_subtree(proto_tree *tree, tvbuff_t *tvb, gint start, gint length, gint index,
                                   proto_item **item, const char *text)
{
    proto_item *added = tree == NULL ? NULL : add_node(tree, &text_info, pool_text("%s", text));
    (void)tvb, (void)start, (void)length;
    if (item != NULL)
        *item = added;
    return proto_item_add_subtree(added, index);
}

/* ---- expert information */

static void note_expert(packet_info *pinfo, proto_item *item, expert_field *field)
{
    const ei_register_info *expert = expert_at(field->ei);
    if (expert == NULL) {
        printf("  expert: not registered: %d\n", field->ei);
        return;
    }
    printf("  expert in frame %u by %s under %s: %s severity %x\n", (unsigned)pinfo->num, pinfo->current_proto,
           item == NULL ? "nothing" : item->finfo->hfinfo->abbrev, expert->eiinfo.name, (unsigned)expert->eiinfo.severity);
}

#if WIRESHARK_VERSION_MINOR >= 2
proto_item *expert_add_info(packet_info *pinfo, proto_item *item, expert_field *field)
{
    note_expert(pinfo, item, field);
    return item;
}
#else
void expert_add_info(packet_info *pinfo, proto_item *item, expert_field *field)
{
    note_expert(pinfo, item, field);
}
#endif

/* ---- printing */

static void print_node(proto_node *node, int depth)
{
    const struct item *item = item_of(node);
    printf("%*s%s: %s%s%s\n", depth * 2, "", item->info.hfinfo->abbrev, item->text,
           (item->info.flags & FI_GENERATED) != 0 ? " [generated]" : "", (item->info.flags & FI_HIDDEN) != 0 ? " [hidden]" : "");
    for (proto_node *child = node->first_child; child != NULL; child = child->next)
        print_node(child, depth + 1);
}

void print_tree(const proto_tree *tree)
{
    for (proto_node *child = tree->first_child; child != NULL; child = child->next)
        print_node(child, 1);
}
