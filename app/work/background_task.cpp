// SPDX-License-Identifier: MIT
#include "app/work/background_task.h"

namespace hmr {

void BackgroundTask::start(Work work) {
    isCancelled_ = false;
    isRunning_ = true;
    queue_.add([this, work = std::move(work)] {
        int lastPercent = -1;
        const auto onProgress = [&](double share) {
            const int percent = static_cast<int>(100 * share);
            if (percent != lastPercent) QMetaObject::invokeMethod(this, [this, percent] { Q_EMIT progressed(percent); }, Qt::QueuedConnection);
            lastPercent = percent;
            return !isCancelled_;
        };
        QString failure;
        try {
            work(onProgress);
        } catch (const std::exception& error) {
            failure = QString::fromStdString(error.what());
        }
        const bool wasCancelled = isCancelled_ && !failure.isEmpty();
        QMetaObject::invokeMethod(this, [this, failure, wasCancelled] {
            isRunning_ = false;
            if (wasCancelled) Q_EMIT cancelled();
            else if (failure.isEmpty()) Q_EMIT finished();
            else Q_EMIT failed(failure);
        }, Qt::QueuedConnection);
    });
}

}  // namespace hmr
