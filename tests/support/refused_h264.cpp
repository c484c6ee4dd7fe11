// SPDX-License-Identifier: MIT
#include "support/refused_h264.h"

#include <dlfcn.h>

#include <atomic>

namespace {

constexpr int kH264 = 27;  // AV_CODEC_ID_H264 of libavcodec/codec_id.h
std::atomic<bool> isRefused = false;

}  // namespace

hmr::test::RefusedH264::RefusedH264() { isRefused = true; }
hmr::test::RefusedH264::~RefusedH264() { isRefused = false; }

struct AVCodec;

/// Stands before FFmpeg's own, which OpenCV asks.
extern "C" const AVCodec* avcodec_find_encoder(int id) {
    using Find = const AVCodec* (*)(int);
    static const Find find = reinterpret_cast<Find>(::dlsym(RTLD_NEXT, "avcodec_find_encoder"));
    return isRefused && id == kH264 ? nullptr : find(id);
}
