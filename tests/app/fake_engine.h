// SPDX-License-Identifier: MIT
#pragma once
#include <QTemporaryDir>
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "app/work/recovery_engine.h"
#include "inference/crop.h"
#include "support/small_body.h"

namespace hmr::test {

/// Holds the engine in the middle of its work until the test lets it go on.
class EngineGate {
public:
    void close() { set(false); }
    void open() { set(true); }
    void pass() {
        std::unique_lock lock(mutex_);
        opened_.wait(lock, [this] { return isOpen_; });
    }

private:
    void set(bool isOpen) {
        {
            const std::lock_guard lock(mutex_);
            isOpen_ = isOpen;
        }
        opened_.notify_all();
    }
    std::mutex mutex_;
    std::condition_variable opened_;
    bool isOpen_ = true;
};

/// What a fake engine has been asked, readable from the test's thread.
struct EngineLog {
    std::atomic<int> numRuns = 0;
    EngineGate gate;
};

/// Stands in for the network: an upright body in each box, or two people where none are given. Each run bends the network's
/// answer a little (elbow and first beta), so that a test can tell a new answer from an old one.
class FakeEngine : public RecoveryEngine {
public:
    FakeEngine(std::shared_ptr<const BodyModel> body, std::shared_ptr<EngineLog> log) : body_(std::move(body)), log_(std::move(log)) {}

    FrameEstimate recover(const Frame& frame, const std::vector<PixelBox>& boxes) override {
        const int run = ++log_->numRuns;
        log_->gate.pass();
        FrameEstimate estimate;
        estimate.frame = frame;
        const double width = frame.picture.cols, height = frame.picture.rows;
        const std::vector<PixelBox> found = {{0.1 * width, 0.1 * height, 0.3 * width, 0.8 * height},
                                             {0.6 * width, 0.2 * height, 0.3 * width, 0.7 * height}};
        for (const PixelBox& box : boxes.empty() ? found : boxes) {
            PersonEstimate person;
            person.id = static_cast<int>(estimate.people.size());
            person.box = box;
            person.crop = cropWindow(box, NetworkRecipe{});
            person.camera = {0.75, {0, 0.85}};
            person.parameters.pose(0, 0) = EIGEN_PI;
            person.parameters.pose(18, 1) = -0.01 * run;
            person.parameters.betas[0] = 0.01 * run;
            updateJoints(*body_, person);
            estimate.people.push_back(person);
        }
        estimate.milliseconds["network"] = 1;
        return estimate;
    }
    FrameEstimate follow(const Frame& frame, const std::vector<PixelBox>& boxes) override { return recover(frame, boxes); }
    void reset() override {}

private:
    std::shared_ptr<const BodyModel> body_;
    std::shared_ptr<EngineLog> log_;
};

inline ModelLoader fakeLoader(std::shared_ptr<EngineLog> log = std::make_shared<EngineLog>()) {
    return [log](const ModelSettings&) {
        LoadedModels models;
        models.body = SmallBody::model();
        models.engine = std::make_unique<FakeEngine>(models.body, log);
        models.device = "test device";
        return models;
    };
}

/// A picture file of a plain colour gradient.
inline QString writePicture(const QTemporaryDir& folder, const QString& name, int width = 400, int height = 300) {
    cv::Mat picture(height, width, CV_8UC3);
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            picture.at<cv::Vec3b>(y, x) = {static_cast<uchar>(x * 120 / width + 40), static_cast<uchar>(y * 120 / height + 40), 90};
        }
    }
    const QString file = folder.filePath(name);
    cv::imwrite(file.toStdString(), picture);
    return file;
}

/// A frame result as the worker would deliver it.
inline FrameResult fakeResult(int run, const std::string& name = "picture.png") {
    auto log = std::make_shared<EngineLog>();
    log->numRuns = run - 1;
    Frame frame;
    frame.picture = cv::Mat(300, 400, CV_8UC3, cv::Scalar(50, 60, 70));
    frame.name = name;
    FrameEstimate estimate = FakeEngine(SmallBody::model(), log).recover(frame, {});
    return {std::make_shared<const FrameEstimate>(std::move(estimate)), nullptr, true};
}

}  // namespace hmr::test
