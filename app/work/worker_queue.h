// SPDX-License-Identifier: MIT
#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "app/work/background_priority.h"

namespace hmr {

/// One thread that does tasks in order: decoding of thumbnails, writing of exports. Destruction finishes the task in hand and
/// drops the rest. Tasks report back by queued calls of their own.
class WorkerQueue {
public:
    WorkerQueue() : thread_([this](std::stop_token stop) { work(stop); }) {}

    void add(std::function<void()> task) {
        {
            const std::lock_guard lock(mutex_);
            tasks_.push_back(std::move(task));
        }
        added_.notify_one();
    }
    void clear() {
        const std::lock_guard lock(mutex_);
        tasks_.clear();
    }

private:
    void work(std::stop_token stop) {
        yieldToTheWindow();
        while (true) {
            std::function<void()> task;
            {
                std::unique_lock lock(mutex_);
                if (!added_.wait(lock, stop, [this] { return !tasks_.empty(); })) return;
                if (stop.stop_requested()) return;
                task = std::move(tasks_.front());
                tasks_.pop_front();
            }
            task();
        }
    }

    std::mutex mutex_;
    std::condition_variable_any added_;
    std::deque<std::function<void()>> tasks_;
    std::jthread thread_;  // last: it uses the members above
};

}  // namespace hmr
