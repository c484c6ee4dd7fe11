// SPDX-License-Identifier: MIT
#include <limits>

#include "training/evaluation/answers.h"
#include "training/evaluation/body_fitter.h"

namespace hmr {
namespace {

constexpr double kJointDeviation = 0.02;  ///< crop coordinates that an annotated joint may be off

class FitMethod : public Method {
public:
    FitMethod(std::string name, std::shared_ptr<const BodyModel> body, std::unique_ptr<Method> start, double poseDeviation)
        : name_(std::move(name)), body_(std::move(body)), fitter_(*body_), start_(std::move(start)), poseDeviation_(poseDeviation) {}

    std::string name() const override { return name_; }

    std::vector<Answer> answer(std::span<const EvaluationPerson> people) override {
        std::vector<Answer> answers = start_->answer(people);
        for (std::size_t i = 0; i < people.size(); ++i) {
            Points2d joints(kNumCocoPlusJoints, 2);
            Eigen::VectorXd deviations = Eigen::VectorXd::Constant(kNumCocoPlusJoints, std::numeric_limits<double>::infinity());
            for (int joint = 0; joint < kNumCocoPlusJoints; ++joint) {
                const float* truth = &people[i].sample.keypoints[static_cast<std::size_t>(3 * joint)];
                joints.row(joint) << truth[0], truth[1];
                if (truth[2] > 0) deviations[joint] = kJointDeviation;
            }
            const PlacedBody placed = fitter_.fit({answers[i].parameters, answers[i].camera}, joints, deviations, poseDeviation_);
            answers[i] = answerOf(*body_, placed.parameters, placed.camera);
        }
        return answers;
    }

private:
    std::string name_;
    std::shared_ptr<const BodyModel> body_;
    BodyFitter fitter_;
    std::unique_ptr<Method> start_;
    double poseDeviation_;
};

}  // namespace

std::unique_ptr<Method> fitMethod(std::string name, std::shared_ptr<const BodyModel> body, std::unique_ptr<Method> start, double poseDeviation) {
    return std::make_unique<FitMethod>(std::move(name), std::move(body), std::move(start), poseDeviation);
}

}  // namespace hmr
