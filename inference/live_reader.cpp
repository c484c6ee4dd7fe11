// SPDX-License-Identifier: MIT
#include "inference/live_reader.h"

#include <chrono>
#include <utility>

#include "body/error.h"

namespace hmr {

LiveReader::LiveReader(FrameSource& source) : thread_([this, &source](std::stop_token stop) { read(source, stop); }) {}

void LiveReader::read(FrameSource& source, std::stop_token stop) {
    std::string failure;
    try {
        while (!stop.stop_requested()) {
            auto frame = source.next();
            if (!frame) break;
            const std::lock_guard lock(mutex_);
            frame_ = std::move(frame);
            arrived_.notify_all();
        }
    } catch (const std::exception& error) {
        failure = error.what();
    }
    const std::lock_guard lock(mutex_);
    failure_ = failure;
    hasEnded_ = true;
    arrived_.notify_all();
}

LiveReader::State LiveReader::take(std::optional<Frame>& frame) {
    std::unique_lock lock(mutex_);
    arrived_.wait_for(lock, std::chrono::milliseconds(30), [this] { return frame_ || hasEnded_; });
    if (frame_) {
        frame = std::exchange(frame_, std::nullopt);
        return State::Frame;
    }
    if (!hasEnded_) return State::Waiting;
    if (!failure_.empty()) throw Error(std::exchange(failure_, {}));
    return State::Ended;
}

}  // namespace hmr
