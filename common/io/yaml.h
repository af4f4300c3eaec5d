/* YAML files into trees of struct node (common/base/node.h, which has all the readers). The only file that knows libyaml.
 * JSON is YAML: .json files load as well. One document a file; keys are texts and appear once; depth and size are bounded.
 */
#ifndef OMBUD_IO_YAML_H
#define OMBUD_IO_YAML_H

#include <stddef.h>

#include "common/base/node.h"

struct yaml_tree; /* one loaded file; owns its nodes (libyaml itself has a yaml_free, hence the names) */

enum {
	YAML_FILE_SIZE_MAX = 4 * 1024 * 1024, /* a year's calendar is 20 KB, a platform's rules 100 KB */
	YAML_DEPTH_MAX = 32,
	YAML_NODES_MAX = 200 * 1000, /* after aliases are spelt out */
};

/* NULL: what is wrong has been added to problems. An empty file is an empty map. */
struct yaml_tree *yaml_tree_load_file(const char *path, struct problems *problems);
struct yaml_tree *yaml_tree_load_text(const char *name, const char *text, size_t size, struct problems *problems);
/* So that a key that stands twice hides nothing else: NULL only when it is no YAML at all. What stands under the key again is told,
 * and joins what stood there first where both are maps, or both lists. For readers that look at problems->count at the end. */
struct yaml_tree *yaml_tree_read_text(const char *name, const char *text, size_t size, struct problems *problems);
const struct node *yaml_tree_root(const struct yaml_tree *yaml);
void yaml_tree_free(struct yaml_tree *yaml); /* NULL is fine */

#endif
