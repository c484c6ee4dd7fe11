// SPDX-License-Identifier: MIT
#include "training/evaluation/answers.h"

#include "body/fitting/seen_joint_fitter.h"
#include "formats/pose_mixture_file.h"

namespace hmr {
namespace {

class NetworkMethod : public Method {
public:
    NetworkMethod(std::shared_ptr<HmrNetwork> network, std::shared_ptr<const BodyModel> body, bool isFitted)
        : network_(std::move(network)), body_(std::move(body)) {
        if (isFitted) fitter_.emplace(*body_, shippedPoseMixture());
    }

    std::string name() const override { return fitter_ ? "network, fitted to the joints it sees" : "network"; }

    std::vector<Answer> answer(std::span<const EvaluationPerson> people) override {
        std::vector<std::uint8_t> crops;
        for (const EvaluationPerson& person : people) crops.insert(crops.end(), person.sample.pixels.begin(), person.sample.pixels.end());
        std::vector<Answer> answers;
        for (NetworkOutput& output : network_->recover(crops, static_cast<int>(people.size()))) {
            if (fitter_ && output.seenJoints) fitter_->fit(output.parameters, output.camera, *output.seenJoints);
            answers.push_back(answerOf(*body_, output.parameters, output.camera));
        }
        return answers;
    }

private:
    std::shared_ptr<HmrNetwork> network_;
    std::shared_ptr<const BodyModel> body_;
    std::optional<SeenJointFitter> fitter_;
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

std::unique_ptr<Method> networkMethod(std::shared_ptr<HmrNetwork> network, std::shared_ptr<const BodyModel> body) {
    return std::make_unique<NetworkMethod>(std::move(network), std::move(body), false);
}

std::unique_ptr<Method> fittedNetworkMethod(std::shared_ptr<HmrNetwork> network, std::shared_ptr<const BodyModel> body) {
    return std::make_unique<NetworkMethod>(std::move(network), std::move(body), true);
}

std::unique_ptr<Method> constantMethod(std::string name, const BodyModel& body, const BodyParameters& parameters) {
    return std::make_unique<ConstantMethod>(std::move(name), answerOf(body, parameters, WeakPerspectiveCamera{}));
}

}  // namespace hmr
