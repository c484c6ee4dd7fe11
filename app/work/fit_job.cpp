// SPDX-License-Identifier: MIT
#include "app/work/fit_job.h"

#include "app/editing/pose_editing.h"
#include "app/work/background_priority.h"
#include "body/error.h"
#include "body/fitting/silhouette_fit.h"
#include "formats/pose_mixture_file.h"
#include "inference/picture.h"

namespace hmr {
namespace {

constexpr double kHandDeviation = 0.01, kSeenDeviation = 0.05;  ///< crop coordinates

/// Throws Error: no picture, not of the picture's size, nobody in it.
Silhouette readSilhouette(const FitRequest& request) {
    const Picture mask = readMask(request.silhouette);
    if (mask.width != request.pictureWidth || mask.height != request.pictureHeight)
        throw Error(request.silhouette + " is " + std::to_string(mask.width) + " x " + std::to_string(mask.height) + " pixels, the picture " +
                    std::to_string(request.pictureWidth) + " x " + std::to_string(request.pictureHeight) + ". Choose a mask of the picture's size.");
    return silhouetteOf(mask, request.crop);
}

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
    request.crop = shown->crop;
    request.silhouette = silhouetteFileOf(session, person);
    request.pictureWidth = session.frame().estimate->frame.picture.cols;
    request.pictureHeight = session.frame().estimate->frame.picture.rows;
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

void FitJob::run(std::function<Report(const std::stop_token&)> work) {
    if (isRunning_) return;
    isRunning_ = true;
    thread_ = std::jthread([this, work = std::move(work)](const std::stop_token& stop) {
        yieldToTheWindow();
        Report report;
        try {
            report = work(stop);
        } catch (const std::exception& error) {
            report = [this, text = QString::fromUtf8(error.what())] { Q_EMIT failed(text); };
        }
        QMetaObject::invokeMethod(this, [this, report = std::move(report)] {
            isRunning_ = false;
            report();
            Q_EMIT ended();
        }, Qt::QueuedConnection);
    });
}

void FitJob::start(FitRequest request) {
    run([this, request = std::move(request)](const std::stop_token& stop) -> Report {
        FitOptions options;
        options.focalLength = request.crop.relativeFocalLength * kCropResolution;
        options.lockedJoints = request.lockedJoints;
        options.prior = request.likelyPoses.get();
        options.stop = stop;
        options.onProgress = [this](double share) { QMetaObject::invokeMethod(this, [this, share] { Q_EMIT progressed(share); }, Qt::QueuedConnection); };
        const FitResult result = request.silhouette.empty() ? fitToJoints(*request.keypoints, request.start, request.camera, request.targets, options)
                                                            : fitToSilhouette(*request.body, *request.keypoints, request.start, request.camera,
                                                                              request.targets, readSilhouette(request), options);
        return [this, request, result] { Q_EMIT finished(request, result); };
    });
}

void FitJob::check(FitRequest request) {
    run([this, request = std::move(request)](const std::stop_token& stop) -> Report {
        readSilhouette(request);
        return [this, request, isWanted = !stop.stop_requested()] {
            if (isWanted) Q_EMIT checked(request);
        };
    });
}

void FitJob::cancel() { thread_.request_stop(); }

}  // namespace hmr
