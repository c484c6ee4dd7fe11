// SPDX-License-Identifier: MIT
#include "training/evaluation/answers.h"

#include <algorithm>

#include "body/rotation.h"

namespace hmr {
namespace {

/// The mirrored picture's answer, turned back.
NetworkOutput unmirrored(NetworkOutput output) {
    output.parameters = mirrored(output.parameters);
    output.camera.translation.x() = -output.camera.translation.x();
    return output;
}

NetworkOutput averaged(const NetworkOutput& a, const NetworkOutput& b) {
    NetworkOutput mean = a;
    for (Eigen::Index joint = 0; joint < mean.parameters.pose.rows(); ++joint) {
        const Eigen::Matrix3d half = interpolate(rotationFromAxisAngle(a.parameters.pose.row(joint).transpose()),
                                                 rotationFromAxisAngle(b.parameters.pose.row(joint).transpose()), 0.5);
        mean.parameters.pose.row(joint) = axisAngleFromRotation(half).transpose();
    }
    mean.parameters.betas = (a.parameters.betas + b.parameters.betas) / 2;
    mean.camera.scale = (a.camera.scale + b.camera.scale) / 2;
    mean.camera.translation = (a.camera.translation + b.camera.translation) / 2;
    return mean;
}

void appendMirrored(const TrainingSample& sample, std::vector<std::uint8_t>& crops) {
    for (int y = 0; y < sample.size; ++y)
        for (int x = sample.size - 1; x >= 0; --x) {
            const auto at = sample.pixels.begin() + 3 * (static_cast<std::ptrdiff_t>(y) * sample.size + x);
            crops.insert(crops.end(), at, at + 3);
        }
}

class NetworkMethod : public Method {
public:
    NetworkMethod(std::shared_ptr<HmrNetwork> network, std::shared_ptr<const BodyModel> body, bool flipped)
        : network_(std::move(network)), body_(std::move(body)), flipped_(flipped) {}

    std::string name() const override { return "network"; }

    std::vector<Answer> answer(std::span<const EvaluationPerson> people) override {
        std::vector<NetworkOutput> outputs = recover(people, false);
        if (flipped_) {
            const std::vector<NetworkOutput> others = recover(people, true);
            for (std::size_t i = 0; i < outputs.size(); ++i) outputs[i] = averaged(outputs[i], unmirrored(others[i]));
        }
        std::vector<Answer> answers;
        for (const NetworkOutput& output : outputs) answers.push_back(answerOf(*body_, output.parameters, output.camera));
        return answers;
    }

private:
    std::vector<NetworkOutput> recover(std::span<const EvaluationPerson> people, bool isMirrored) {
        std::vector<std::uint8_t> crops;
        for (const EvaluationPerson& person : people) {
            if (isMirrored) appendMirrored(person.sample, crops);
            else crops.insert(crops.end(), person.sample.pixels.begin(), person.sample.pixels.end());
        }
        return network_->recover(crops, static_cast<int>(people.size()));
    }

    std::shared_ptr<HmrNetwork> network_;
    std::shared_ptr<const BodyModel> body_;
    bool flipped_;
};

class ConstantMethod : public Method {
public:
    ConstantMethod(std::string name, Answer answer) : name_(std::move(name)), answer_(std::move(answer)) {}
    std::string name() const override { return name_; }
    std::vector<Answer> answer(std::span<const EvaluationPerson> people) override { return std::vector<Answer>(people.size(), answer_); }

private:
    std::string name_;
    Answer answer_;
};

}  // namespace

Answer answerOf(const BodyModel& body, const BodyParameters& parameters, const WeakPerspectiveCamera& camera) {
    Answer answer{parameters, camera, poseBody(body, parameters).vertices, {}};
    answer.joints2d = project(camera, cocoPlusJoints(body, answer.vertices));
    return answer;
}

std::unique_ptr<Method> networkMethod(std::shared_ptr<HmrNetwork> network, std::shared_ptr<const BodyModel> body, bool flipped) {
    return std::make_unique<NetworkMethod>(std::move(network), std::move(body), flipped);
}

std::unique_ptr<Method> constantMethod(std::string name, const BodyModel& body, const BodyParameters& parameters) {
    return std::make_unique<ConstantMethod>(std::move(name), answerOf(body, parameters, WeakPerspectiveCamera{}));
}

}  // namespace hmr
