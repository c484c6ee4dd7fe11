// SPDX-License-Identifier: MIT
#include "inference/live_reader.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <utility>

#include "body/error.h"

namespace hmr {
namespace {

constexpr auto kPatience = std::chrono::milliseconds(200);  ///< at the end; any camera sends a picture in that time

}  // namespace

/// Shared by the reader and its thread, whoever lives longer.
struct LiveReader::Mailbox {
    std::mutex mutex;
    std::condition_variable arrived;
    std::optional<Frame> frame;
    std::string failure;
    bool hasEnded = false;
};

LiveReader::LiveReader(FrameSource& source)
    : mailbox_(std::make_shared<Mailbox>()),
      mayLeaveThread_(false),
      thread_([mailbox = mailbox_, &source](const std::stop_token& stop) { read(source, *mailbox, stop); }) {}

LiveReader::LiveReader(std::shared_ptr<FrameSource> source)
    : mailbox_(std::make_shared<Mailbox>()),
      mayLeaveThread_(true),
      thread_([mailbox = mailbox_, source = std::move(source)](const std::stop_token& stop) { read(*source, *mailbox, stop); }) {}

LiveReader::~LiveReader() {
    thread_.request_stop();
    if (!mayLeaveThread_) return;
    std::unique_lock lock(mailbox_->mutex);
    if (!mailbox_->arrived.wait_for(lock, kPatience, [this] { return mailbox_->hasEnded; })) thread_.detach();
}

void LiveReader::read(FrameSource& source, Mailbox& mailbox, const std::stop_token& stop) {
    std::string failure;
    try {
        while (!stop.stop_requested()) {
            auto frame = source.next();
            if (!frame) break;
            const std::lock_guard lock(mailbox.mutex);
            mailbox.frame = std::move(frame);
            mailbox.arrived.notify_all();
        }
    } catch (const std::exception& error) {
        failure = error.what();
    }
    const std::lock_guard lock(mailbox.mutex);
    mailbox.failure = failure;
    mailbox.hasEnded = true;
    mailbox.arrived.notify_all();
}

LiveReader::State LiveReader::take(std::optional<Frame>& frame) {
    Mailbox& mailbox = *mailbox_;
    std::unique_lock lock(mailbox.mutex);
    mailbox.arrived.wait_for(lock, std::chrono::milliseconds(30), [&] { return mailbox.frame || mailbox.hasEnded; });
    if (mailbox.frame) {
        frame = std::exchange(mailbox.frame, std::nullopt);
        return State::Frame;
    }
    if (!mailbox.hasEnded) return State::Waiting;
    if (!mailbox.failure.empty()) throw Error(std::exchange(mailbox.failure, {}));
    return State::Ended;
}

}  // namespace hmr
