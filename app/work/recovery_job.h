// SPDX-License-Identifier: MIT
#pragma once
#include <QObject>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "app/work/recovery_worker.h"

namespace hmr {

/// Owns the worker thread: orders go in from the window's thread, results come back as signals on it. The newest order of a
/// kind replaces an older one; results of an older source, frame or search are dropped. Destruction stops and joins.
class RecoveryJob : public QObject {
    Q_OBJECT
public:
    explicit RecoveryJob(ModelLoader loader, QObject* parent = nullptr);
    ~RecoveryJob() override;

    void loadModels(const ModelSettings& settings);
    void open(const QString& source);
    void close();
    /// Shows a frame; its people are recovered unless only the picture is wanted.
    void goTo(int frameIndex, bool pictureOnly = false);
    void setPlaying(bool isPlaying);
    /// Recovers the current frame again from boxes set by hand; who is who goes by their ids.
    void recoverBoxes(const std::vector<PersonBox>& boxes);
    /// Finds the people of the current frame again; those in `known` keep their ids.
    void findAgain(const std::vector<PersonBox>& known);

    bool isBusy() const { return isBusy_; }

Q_SIGNALS:
    void modelsLoaded(std::shared_ptr<const hmr::BodyModel> body, const QString& device, const QString& warning);
    void sourceOpened(const hmr::SourceInfo& info);
    void frameReady(const hmr::FrameResult& result);
    void failed(const QString& message);
    void playingChanged(bool isPlaying);
    void busyChanged(bool isBusy);

private:
    void order(WorkOrders orders, bool outdatesResults);
    void work(std::stop_token stop);
    WorkListener listener();
    void deliverNewest();
    void setBusy(bool isBusy);

    ModelLoader loader_;
    std::uint64_t lastRequest_ = 0, oldestWanted_ = 0;  // the window's thread alone
    bool isBusy_ = false;

    std::mutex mutex_;
    std::condition_variable_any ordered_;
    WorkOrders orders_;                    // guarded by mutex_
    std::optional<FrameResult> newest_;    // guarded by mutex_: a slow window skips frames rather than queueing them
    std::jthread thread_;                  // last: it uses the members above
};

}  // namespace hmr
