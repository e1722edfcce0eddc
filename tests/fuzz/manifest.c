/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The description of a network. */
#include "networks/manifest.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    um_json *json = NULL;
    um_manifest manifest;
    if (um_json_parse(&json, (const char *)data, n, "fuzz.json", NULL) == UM_OK && um_manifest_is(json))
        um_manifest_parse(&manifest, json, "fuzz.json", NULL);
    um_json_free(&json);
    return 0;
}
