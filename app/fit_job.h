// SPDX-License-Identifier: MIT
#pragma once
#include <QObject>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "app/session.h"
#include "body/fitting/silhouette_fit.h"

namespace hmr {

/// What a fit starts from and is pulled to, copied from the session, and what must not have changed when its result is taken.
struct FitRequest {
    std::shared_ptr<const BodyModel> body;
    std::shared_ptr<const KeypointModel> keypoints;
    std::shared_ptr<const Silhouette> silhouette;  ///< null: none is known
    BodyParameters start;
    WeakPerspectiveCamera camera;
    std::vector<JointTarget> targets;
    std::shared_ptr<const PoseMixture> likelyPoses;  ///< null: none
    std::vector<int> lockedJoints;
    PictureKey picture;
    int person = -1;
    PersonEdit edit;
};

/// The chosen person's joints of the picture: those set by hand are trusted, the others are where the network saw them.
/// Throws Error when nobody is recovered or the body cannot be fitted.
FitRequest fitRequest(const Session& session, int person);

/// Fits on a thread of its own, one at a time. Destruction cancels and joins.
class FitJob : public QObject {
    Q_OBJECT
public:
    explicit FitJob(QObject* parent = nullptr) : QObject(parent) {}
    ~FitJob() override;

    void start(FitRequest request);  ///< does nothing while a fit is running
    void cancel();
    bool isRunning() const { return isRunning_; }

Q_SIGNALS:
    void progressed(double share);
    void finished(const hmr::FitRequest& request, const hmr::FitResult& result);  ///< also when cancelled: see wasStopped
    void failed(const QString& message);

private:
    bool isRunning_ = false;
    std::jthread thread_;
};

}  // namespace hmr
