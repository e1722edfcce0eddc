/* SPDX-License-Identifier: GPL-3.0-or-later */
/** unmask.h: all of libunmask. */
#ifndef UNMASK_UNMASK_H
#define UNMASK_UNMASK_H
#include <unmask/analysis.h>
#include <unmask/annotate.h>
#include <unmask/canny.h>
#include <unmask/codec.h>
#include <unmask/evaluate.h>
#include <unmask/faces.h>
#include <unmask/image.h>
#include <unmask/learn.h>
#include <unmask/models.h>
#include <unmask/network.h>
#include <unmask/output.h>
#include <unmask/overlay.h>
#include <unmask/pool.h>
#include <unmask/prnu.h>
#include <unmask/probe.h>
#include <unmask/products.h>
#include <unmask/results.h>
#include <unmask/signal.h>
#include <unmask/sink.h>
#include <unmask/source.h>
#include <unmask/subject.h>
#include <unmask/types.h>
#include <unmask/version.h>
#include <unmask/voice.h>
#endif
