// SPDX-License-Identifier: MIT
#pragma once
#include <memory>
#include <optional>
#include <thread>

#include "inference/frame_source.h"

namespace hmr {

/// Reads a camera on a thread of its own and keeps only the newest frame, so that nothing works on a stale one.
class LiveReader {
public:
    /// The source must outlive the reader and is the reader's alone meanwhile.
    explicit LiveReader(FrameSource& source);
    /// The same, but a source that does not answer is not waited for at the end: it is left to the thread, which lets it go.
    explicit LiveReader(std::shared_ptr<FrameSource> source);
    ~LiveReader();

    enum class State { Frame, Waiting, Ended };
    /// Waits a moment for a frame not given out before. Throws Error when the source failed.
    State take(std::optional<Frame>& frame);

private:
    struct Mailbox;
    static void read(FrameSource& source, Mailbox& mailbox, const std::stop_token& stop);

    std::shared_ptr<Mailbox> mailbox_;
    bool mayLeaveThread_;
    std::jthread thread_;
};

}  // namespace hmr
