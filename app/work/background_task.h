// SPDX-License-Identifier: MIT
#pragma once
#include <QObject>
#include <atomic>
#include <functional>

#include "app/work/worker_queue.h"

namespace hmr {

/// One piece of work on a thread of its own, with progress and a way to stop it. Destruction asks it to stop and waits.
class BackgroundTask : public QObject {
    Q_OBJECT
public:
    /// Work reports the share done in [0, 1] and is told by the answer false to stop (it then throws).
    using Work = std::function<void(const std::function<bool(double)>& onProgress)>;

    explicit BackgroundTask(QObject* parent = nullptr) : QObject(parent) {}
    ~BackgroundTask() override { cancel(); }
    void start(Work work);
    void cancel() { isCancelled_ = true; }
    bool isRunning() const { return isRunning_; }

Q_SIGNALS:
    void progressed(int percent);
    void finished();
    void failed(const QString& message);
    void cancelled();

private:
    std::atomic<bool> isCancelled_ = false;
    bool isRunning_ = false;
    WorkerQueue queue_;  // last: it uses the members above
};

}  // namespace hmr
