/* SPDX-License-Identifier: GPL-3.0-or-later */
/* supply.h: what a stage that gives frames can answer. */
#ifndef UM_AV_SUPPLY_H
#define UM_AV_SUPPLY_H

typedef enum um_supply { UM_SUPPLY_READY, UM_SUPPLY_NEEDS_PACKET, UM_SUPPLY_END } um_supply;
#endif
