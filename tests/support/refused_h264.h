// SPDX-License-Identifier: MIT
#pragma once

namespace hmr::test {

/// While it lives FFmpeg has no H.264 encoder, as where it was built without one. Needs refused_h264.cpp in the program.
class RefusedH264 {
public:
    RefusedH264();
    ~RefusedH264();
    RefusedH264(const RefusedH264&) = delete;
    RefusedH264& operator=(const RefusedH264&) = delete;
};

}  // namespace hmr::test
