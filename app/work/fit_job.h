// SPDX-License-Identifier: MIT
#pragma once
#include <QObject>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "app/session.h"
#include "body/fitting/joint_fit.h"

namespace hmr {

/// What a fit starts from and is pulled to, copied from the session, and what must not have changed when its result is taken.
struct FitRequest {
    std::shared_ptr<const BodyModel> body;
    std::shared_ptr<const KeypointModel> keypoints;
    std::string silhouette;  ///< file of the person's mask, of the picture's size; empty: none is known
    int pictureWidth = 0, pictureHeight = 0;
    BodyParameters start;
    WeakPerspectiveCamera camera;
    CropWindow crop;
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

/// Fits on a thread of its own, one at a time; masks are read there too. Destruction cancels and joins.
class FitJob : public QObject {
    Q_OBJECT
public:
    explicit FitJob(QObject* parent = nullptr) : QObject(parent) {}
    ~FitJob() override;

    // Each does nothing while another is running.
    void start(FitRequest request);
    /// Whether the request's silhouette can be fitted to; a fault is told by failed.
    void check(FitRequest request);
    void cancel();
    bool isRunning() const { return isRunning_; }

Q_SIGNALS:
    void progressed(double share);
    void finished(const hmr::FitRequest& request, const hmr::FitResult& result);  ///< also when cancelled: see wasStopped
    void checked(const hmr::FitRequest& request);  ///< its silhouette is a good one; not when cancelled
    void failed(const QString& message);
    void ended();  ///< after any of these

private:
    /// What the work found, to be said on the thread that asked.
    using Report = std::function<void()>;
    void run(std::function<Report(const std::stop_token&)> work);

    bool isRunning_ = false;
    std::jthread thread_;
};

}  // namespace hmr
