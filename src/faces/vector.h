/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vector.h: vectors of unit length, compared by their cosine. */
#ifndef UM_VECTOR_H
#define UM_VECTOR_H

void um_vector_normalize(float *v, int n);                  /* a vector of zeros stays one */
float um_vector_dot(const float *a, const float *b, int n); /* of unit vectors: their cosine similarity */
/* Exponential moving average on the unit sphere: mean += rate * (v - mean), then unit length. */
void um_vector_average(float *mean, const float *v, int n, float rate);
#endif
