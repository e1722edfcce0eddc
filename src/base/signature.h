/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signature.h: is a message signed by the holder of a certificate, and who vouches for that one? By
 * libcrypto. */
#ifndef UM_SIGNATURE_H
#define UM_SIGNATURE_H
#include "base/base.h"

/* The certificates that a user trusts. May be used by several threads at once. */
typedef struct um_trust um_trust;
/* From a file of PEM certificates, one at least. */
um_status um_trust_open(um_trust **out, const char *path, um_error *err);
void um_trust_free(um_trust **trust);

typedef struct um_bytes {
    const uint8_t *at;
    size_t n;
} um_bytes;

enum { UM_CHAIN_MAX = 8 };

typedef struct um_signed {
    int64_t algorithm; /* of COSE (RFC 9053): -7 ES256, -35, -36, -37 PS256, -38, -39, -8 EdDSA */
    um_bytes message;
    um_bytes signature;           /* as COSE has it: r and s of ECDSA side by side */
    um_bytes chain[UM_CHAIN_MAX]; /* DER; the signer's own first */
    int n_chain;
} um_signed;

typedef enum um_seal { UM_SEAL_NOT_CHECKED, UM_SEAL_BROKEN, UM_SEAL_UNKNOWN, UM_SEAL_TRUSTED } um_seal;

typedef struct um_signer {
    char name[80]; /* organisation, or common name, of the signer; "" when unknown */
    char why[100]; /* of anything but TRUSTED */
} um_signer;

/* `trust` may be NULL: then the best answer is UNKNOWN. */
um_seal um_signature_check(um_signer *signer, const um_signed *what, const um_trust *trust);
#endif
