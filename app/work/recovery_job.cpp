// SPDX-License-Identifier: MIT
#include "app/work/recovery_job.h"

#include <utility>

#include "app/work/background_priority.h"

namespace hmr {

RecoveryJob::RecoveryJob(ModelLoader loader, QObject* parent)
    : QObject(parent), loader_(std::move(loader)), thread_([this](std::stop_token stop) { work(stop); }) {}

RecoveryJob::~RecoveryJob() {
    thread_.request_stop();
    thread_.join();
}

void RecoveryJob::loadModels(const ModelSettings& settings) {
    WorkOrders orders;
    orders.models = settings;
    order(std::move(orders), false);
}

void RecoveryJob::open(const QString& source) {
    WorkOrders orders;
    orders.source = source.toStdString();
    order(std::move(orders), true);
}

void RecoveryJob::close() { open({}); }

void RecoveryJob::goTo(int frameIndex, bool pictureOnly) {
    WorkOrders orders;
    orders.frame = frameIndex;
    orders.pictureOnly = pictureOnly;
    order(std::move(orders), true);
}

void RecoveryJob::setPlaying(bool isPlaying) {
    WorkOrders orders;
    orders.playing = isPlaying;
    order(std::move(orders), false);
}

void RecoveryJob::recoverBoxes(const std::vector<PersonBox>& boxes) {
    WorkOrders orders;
    orders.recover = {boxes, true, boxes};
    order(std::move(orders), false);
}

void RecoveryJob::findAgain(const std::vector<PersonBox>& known) {
    WorkOrders orders;
    orders.recover = {{}, false, known};
    order(std::move(orders), true);
}

void RecoveryJob::order(WorkOrders orders, bool outdatesResults) {
    orders.request = ++lastRequest_;
    if (outdatesResults) oldestWanted_ = lastRequest_;
    setBusy(true);
    {
        const std::lock_guard lock(mutex_);
        orders_.merge(std::move(orders));
    }
    ordered_.notify_one();
}

void RecoveryJob::work(std::stop_token stop) {
    yieldToTheWindow();
    RecoveryWorker worker(loader_, listener());
    std::uint64_t seen = 0;
    while (!stop.stop_requested()) {
        std::unique_lock lock(mutex_);
        const auto hasOrders = [this] { return !orders_.isEmpty(); };
        if (const auto due = worker.due()) ordered_.wait_until(lock, stop, *due, hasOrders);
        if (stop.stop_requested()) return;
        WorkOrders orders = std::exchange(orders_, {});
        lock.unlock();
        if (!orders.isEmpty()) {
            seen = orders.request;
            worker.take(std::move(orders));
        }
        if (worker.step()) continue;
        lock.lock();
        if (!hasOrders()) {
            QMetaObject::invokeMethod(this, [this, seen] { if (seen == lastRequest_) setBusy(false); }, Qt::QueuedConnection);
            ordered_.wait(lock, stop, hasOrders);
        }
    }
}

WorkListener RecoveryJob::listener() {
    // Called on the worker's thread; everything crosses to this object's thread as a queued call.
    const auto post = [this](auto call) { QMetaObject::invokeMethod(this, std::move(call), Qt::QueuedConnection); };
    WorkListener listener;
    listener.modelsLoaded = [this, post](std::shared_ptr<const BodyModel> body, const std::string& device, const std::string& warning) {
        post([this, body = std::move(body), device = QString::fromStdString(device), warning = QString::fromStdString(warning)] {
            Q_EMIT modelsLoaded(body, device, warning);
        });
    };
    listener.sourceOpened = [this, post](const SourceInfo& info) { post([this, info] { Q_EMIT sourceOpened(info); }); };
    listener.failed = [this, post](const std::string& message) {
        post([this, message = QString::fromStdString(message)] { Q_EMIT failed(message); });
    };
    listener.playingChanged = [this, post](bool isPlaying) { post([this, isPlaying] { Q_EMIT playingChanged(isPlaying); }); };
    listener.frameReady = [this, post](FrameResult result) {
        const std::lock_guard lock(mutex_);
        const bool isDelivering = newest_.has_value();
        newest_ = std::move(result);
        if (!isDelivering) post([this] { deliverNewest(); });
    };
    return listener;
}

void RecoveryJob::deliverNewest() {
    std::optional<FrameResult> result;
    {
        const std::lock_guard lock(mutex_);
        result = std::exchange(newest_, std::nullopt);
    }
    if (result && result->estimate->request >= oldestWanted_) Q_EMIT frameReady(*result);
}

void RecoveryJob::setBusy(bool isBusy) {
    if (isBusy == isBusy_) return;
    isBusy_ = isBusy;
    Q_EMIT busyChanged(isBusy);
}

}  // namespace hmr
