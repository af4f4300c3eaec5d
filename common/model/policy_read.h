/* Policies from a configuration tree (policies.yaml of a platform). All mistakes at once. */
#ifndef OMBUD_MODEL_POLICY_READ_H
#define OMBUD_MODEL_POLICY_READ_H

#include "common/base/node.h"
#include "common/model/policy.h"

/* NULL: everything that is wrong, or cannot work (policy_set_check), has been added to problems with its place. The caller frees
 * the set with free(). */
struct policy_set *policy_read(const struct node *root, struct problems *problems);
/* The same, into a set of zeroes, with a harmless value for what is wrong: so one mistake hides no other, neither here nor from
 * whoever compares the set with other files. false: there was one. */
bool policy_read_into(const struct node *root, struct policy_set *set, struct problems *problems);

#endif
