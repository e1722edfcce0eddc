/* SPDX-License-Identifier: GPL-3.0-or-later */
/* associate.h: the best way to give columns to rows. */
#ifndef UM_ASSOCIATE_H
#define UM_ASSOCIATE_H
#include "base/base.h"

enum { UM_ASSOCIATE_MOST = 64 };
/* Gives each row at most one column, and each column to at most one row, so that the sum of `worth`
 * [rows][columns] of the pairs is the largest there is; a pair of no worth (0 or less) is none. column_of
 * [rows] is -1 for a row without a column. Both counts up to UM_ASSOCIATE_MOST. */
void um_associate(int *column_of, const float *worth, int rows, int columns);
#endif
