// SPDX-License-Identifier: MIT
#include "app/fit_job.h"

#include "app/pose_editing.h"
#include "body/error.h"
#include "formats/pose_mixture_file.h"

namespace hmr {
namespace {

constexpr double kHandDeviation = 0.01, kSeenDeviation = 0.05;  ///< crop coordinates

}  // namespace

FitRequest fitRequest(const Session& session, int person) {
    const PersonEstimate* shown = session.person(person);
    const PersonEstimate* answer = session.recovered(person);
    if (!shown || !answer) throw Error("There is nobody to fit yet; choose a person who has been recovered.");
    FitRequest request;
    request.body = session.body();
    request.keypoints = session.keypoints();
    request.start = shown->parameters;
    request.camera = shown->camera;
    request.likelyPoses = shippedPoseMixture();
    request.picture = session.pictureKey();
    request.person = person;
    request.edit = session.edit(person);
    request.lockedJoints.assign(request.edit.lockedJoints.begin(), request.edit.lockedJoints.end());
    const auto& set = targetsOf(session, person);
    for (int joint = 0; joint < kNumCocoPlusJoints; ++joint) {
        const bool isSet = set.contains(joint);
        const Eigen::Vector2d pixel = isSet ? set.at(joint) : placeSeen(*answer, joint);
        const double perPixel = 2 / shown->crop.side;
        const double seenDeviation = answer->seenJoints ? std::max(answer->seenJoints->deviations[joint] * perPixel, kHandDeviation) : kSeenDeviation;
        request.targets.push_back({keypointOfCocoPlus(joint), (pixel - shown->crop.center) * perPixel, isSet ? kHandDeviation : seenDeviation, isSet});
    }
    return request;
}

FitJob::~FitJob() = default;

void FitJob::start(FitRequest request) {
    if (isRunning_) return;
    isRunning_ = true;
    thread_ = std::jthread([this, request = std::move(request)](std::stop_token stop) {
        const auto report = [this](auto call) { QMetaObject::invokeMethod(this, call, Qt::QueuedConnection); };
        FitOptions options;
        options.lockedJoints = request.lockedJoints;
        options.prior = request.likelyPoses.get();
        options.stop = stop;
        options.onProgress = [&](double share) { report([this, share] { Q_EMIT progressed(share); }); };
        try {
            const FitResult result = request.silhouette ? fitToSilhouette(*request.body, *request.keypoints, request.start, request.camera,
                                                                          request.targets, *request.silhouette, options)
                                                        : fitToJoints(*request.keypoints, request.start, request.camera, request.targets, options);
            report([this, request, result] {
                isRunning_ = false;
                Q_EMIT finished(request, result);
            });
        } catch (const std::exception& error) {
            report([this, text = QString::fromStdString(error.what())] {
                isRunning_ = false;
                Q_EMIT failed(text);
            });
        }
    });
}

void FitJob::cancel() { thread_.request_stop(); }

}  // namespace hmr
