// SPDX-License-Identifier: MIT
#pragma once
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "inference/frame_source.h"

namespace hmr {

/// Reads a camera on a thread of its own and keeps only the newest frame, so that nothing works on a stale one.
class LiveReader {
public:
    /// The source must outlive the reader and is the reader's alone meanwhile.
    explicit LiveReader(FrameSource& source);

    enum class State { Frame, Waiting, Ended };
    /// Waits a moment for a frame not given out before. Throws Error when the source failed.
    State take(std::optional<Frame>& frame);

private:
    void read(FrameSource& source, std::stop_token stop);

    std::mutex mutex_;
    std::condition_variable arrived_;
    std::optional<Frame> frame_;
    std::string failure_;
    bool hasEnded_ = false;
    std::jthread thread_;  // last: it uses the members above
};

}  // namespace hmr
