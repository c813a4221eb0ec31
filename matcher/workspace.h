/* workspace.h: scratch memory for the matcher, which allocates none. Thread rule: one call at a time. */
#ifndef KORDON_MATCHER_WORKSPACE_H
#define KORDON_MATCHER_WORKSPACE_H

#include <stddef.h>

/* Scratch memory for one call at a time, in the caller's hands so that it can lie in locked memory and die in
 * one place. memory must be 64-byte aligned and have at least the size that the work's own function says
 * (matcher_..._workspace_size()). Nothing in it survives a call that a later call depends on: it may be wiped
 * between any two. */
struct matcher_workspace {
    void *memory;
    size_t size;
};

#endif
