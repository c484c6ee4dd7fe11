// SPDX-License-Identifier: MIT
#pragma once
#include <cmath>

#include "body/posing.h"
#include "body/rotation.h"
#include "support/small_body.h"
#include "training/drawing.h"
#include "training/hmr_learner.h"
#include "training/random.h"
#include "training/sample_queue.h"
#include "training/trainer.h"

namespace hmr::test {

/// Stick figures of the small body in random poses, with every label on even pictures and 2D joints alone on odd ones.
class StickSource : public SampleSource {
public:
    StickSource(std::shared_ptr<const BodyModel> body, std::uint64_t seed, int size) : body_(std::move(body)), seed_(seed), size_(size) {}

    void draw(std::uint64_t index, TrainingSample& sample) override {
        Random random(seed_, index);
        BodyParameters parameters;
        for (int i = 0; i < parameters.pose.size(); ++i) parameters.pose.data()[i] = 0.3 * random.normal();
        parameters.pose.row(0) << M_PI, 0, 0;
        sample = {};
        sample.size = size_;
        const Points3d joints = cocoPlusJoints(*body_, poseBody(*body_, parameters).vertices);
        Picture picture(size_, size_, 3);
        Keypoints pixels{};
        for (int joint = 0; joint < kNumCocoPlusJoints; ++joint) {
            for (int axis = 0; axis < 2; ++axis) {
                const double place = joints(joint, axis) + (axis == 1 ? 0.9 : 0);
                sample.keypoints[3 * joint + axis] = static_cast<float>(place);
                pixels[3 * joint + axis] = static_cast<float>((place + 1) * size_ / 2);
            }
            sample.keypoints[3 * joint + 2] = pixels[3 * joint + 2] = 1;
        }
        drawSkeleton(picture, pixels, 2);
        sample.pixels = picture.pixels;
        if (index % 2 == 0) label(parameters, joints, sample);
    }

private:
    static void label(const BodyParameters& parameters, const Points3d& joints, TrainingSample& sample) {
        sample.hasJoints3d = sample.hasParameters = true;
        for (int i = 0; i < kNumCocoPlusJoints * 3; ++i) sample.joints3d[i] = static_cast<float>(joints(i / 3, i % 3));
        for (int joint = 0; joint < kNumSmplJoints; ++joint) {
            const Eigen::Matrix3d rotation = rotationFromAxisAngle(parameters.pose.row(joint).transpose());
            for (int i = 0; i < 9; ++i) sample.rotations[9 * joint + i] = static_cast<float>(rotation(i / 3, i % 3));
        }
    }

    std::shared_ptr<const BodyModel> body_;
    std::uint64_t seed_;
    int size_;
};

/// Bodies with small random rotations.
class AnyBodies : public RealBodySource {
public:
    RealBody draw(std::uint64_t index) const override {
        Random random(99, index);
        RealBody body;
        for (int joint = 0; joint < kNumSmplJoints; ++joint) {
            const Eigen::Matrix3d rotation = rotationFromAxisAngle(0.2 * Eigen::Vector3d(random.normal(), random.normal(), random.normal()));
            for (int i = 0; i < 9; ++i) body.rotations[9 * joint + i] = static_cast<float>(rotation(i / 3, i % 3));
        }
        return body;
    }
};

/// A run small enough for a test.
inline TrainingConfig smallConfig() {
    TrainingConfig config = parseTrainingConfig(R"({"name": "test", "hiddenSize": 32, "batch": 4, "totalPictures": 16,
        "inputSizes": [{"fromPictures": 0, "size": 32}], "sources": [{"kind": "synthetic"}], "warmupPictures": 0,
        "threads": 1, "logEverySteps": 1, "validationPictures": 4, "validateEveryMinutes": 0, "checkpointEveryMinutes": 0,
        "checkpointEverySteps": 2, "device": "cpu"})", {});
    return config;
}

inline BodyParameters smallMeanBody() {
    BodyParameters body;
    body.pose.row(0) << M_PI, 0, 0;
    return body;
}

inline TrainingData smallData() {
    TrainingData data;
    const auto body = SmallBody::model();
    data.makeLearner = [body](const TrainingConfig& config, torch::Device device, ProcessGroup* group) {
        return std::make_unique<HmrLearner>(config, *body, smallMeanBody(), device, group);
    };
    data.makeSource = [body](int size) { return std::make_unique<StickSource>(body, 5, size); };
    data.bodies = std::make_shared<AnyBodies>();
    data.validation.emplace_back("sticks", 4, 0.7, [body](int size) { return std::make_unique<StickSource>(body, 6, size); });
    return data;
}

}  // namespace hmr::test
