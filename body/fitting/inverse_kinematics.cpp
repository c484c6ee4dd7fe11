// SPDX-License-Identifier: MIT
#include "body/fitting/inverse_kinematics.h"

#include <array>

#include "body/error.h"
#include "body/fitting/articulation.h"
#include "body/fitting/least_squares.h"
#include "body/fitting/pose_terms.h"
#include "body/limits.h"

namespace hmr {
namespace {

constexpr double kGoalDeviation = 0.002, kPinDeviation = 0.0001;  ///< metres
constexpr double kDragLimitMargin = 0.02, kDragLimitDeviation = 0.005;    ///< radians
constexpr int kNumUnknowns = 3 * kNumSmplJoints + 3;              ///< turns, then the body's translation

/// Limbs bend before the trunk does: radians that a joint may well turn.
std::array<double, kNumSmplJoints> suppleness() {
    std::array<double, kNumSmplJoints> deviations;
    deviations.fill(0.8);
    for (const int trunk : {0, 3, 6, 9, 13, 14}) deviations[trunk] = 0.2;
    return deviations;
}

class DragObjective {
public:
    using State = ArticulatedState;

    DragObjective(const KeypointModel& model, const ArticulatedState& reference, int joint, const Eigen::Vector3d& target,
                  const DragOptions& options)
        : model_(model), reference_(reference), options_(options), joint_(joint), target_(target) {
        isFree_.fill(false);
        const bool hasChain = freeChain(joint);
        for (const auto& [pin, place] : options.pins) freeChain(pin);
        isFree_[0] = options.turnsRoot;
        for (const int locked : options.lockedJoints) isFree_[locked] = false;
        movesBody_ = !hasChain;
    }

    int numUnknowns() const { return kNumUnknowns; }

    double cost(const ArticulatedState& state, NormalEquations* equations) const {
        const KeypointPlaces keypoints = model_.evaluate(state, equations != nullptr, KeypointSet::Skeleton);
        double cost = addGoal(joint_, target_, kGoalDeviation, keypoints, equations);
        for (const auto& [pin, place] : options_.pins) cost += addGoal(pin, place, kPinDeviation, keypoints, equations);
        cost += addStartPull(state.rotations, reference_.rotations, suppleness_, equations);
        cost += addLimits(state.rotations, kDragLimitMargin, kDragLimitDeviation, equations);
        if (options_.prior) cost += addPosePrior(state.rotations, *options_.prior, options_.priorWeight, equations);
        if (!equations) return cost;
        for (int unknown = 0; unknown < kNumUnknowns; ++unknown) {
            const bool isTurn = unknown < 3 * kNumSmplJoints;
            if (isTurn ? !isFree_[unknown / 3] : !movesBody_) equations->hold(unknown);
        }
        return cost;
    }

    ArticulatedState moved(const ArticulatedState& state, const Eigen::VectorXd& step) const {
        ArticulatedState next = state;
        next.rotations = turned(state.rotations, step);
        next.translation += step.tail<3>();
        return next;
    }

    bool isFree(int joint) const { return isFree_[joint]; }

private:
    /// A joint moves when those above it turn. False when only the root is above.
    bool freeChain(int joint) {
        bool hasAny = false;
        for (int above = joint > 0 ? model_.parents()[joint] : 0; above > 0; above = model_.parents()[above]) {
            isFree_[above] = true;
            hasAny = true;
        }
        return hasAny;
    }

    double addGoal(int joint, const Eigen::Vector3d& place, double deviation, const KeypointPlaces& keypoints,
                   NormalEquations* equations) const {
        const int keypoint = keypointOfSmpl(joint);
        const Eigen::Vector3d residual = (keypoints.points.row(keypoint).transpose() - place) / deviation;
        if (equations) {
            Eigen::MatrixXd jacobian(3, kNumUnknowns);
            jacobian << keypoints.jacobian.block(3 * keypoint, 0, 3, 3 * kNumSmplJoints), Eigen::Matrix3d::Identity();
            equations->add(0, jacobian / deviation, residual);
        }
        return 0.5 * residual.squaredNorm();
    }

    const KeypointModel& model_;
    const ArticulatedState& reference_;
    const DragOptions& options_;
    int joint_;
    Eigen::Vector3d target_;
    std::array<bool, kNumSmplJoints> isFree_;
    bool movesBody_ = false;
    std::array<double, kNumSmplJoints> suppleness_ = suppleness();
};

void expectJoint(int joint) {
    if (joint >= 0 && joint < kNumSmplJoints) return;
    throw Error("There is no joint " + std::to_string(joint) + " to drag: expected 0 to " + std::to_string(kNumSmplJoints - 1) + ".");
}

}  // namespace

BodyParameters dragJoint(const KeypointModel& model, const BodyParameters& current, const BodyParameters& reference, int joint,
                         const Eigen::Vector3d& target, const DragOptions& options) {
    expectJoint(joint);
    for (const auto& [pin, place] : options.pins) expectJoint(pin);
    for (const int locked : options.lockedJoints) expectJoint(locked);
    if (!target.allFinite()) throw Error("A joint cannot be dragged to a place that is not finite.");
    DragOptions others = options;
    others.pins.erase(joint);  // the hand that drags wins over the pin
    ArticulatedState state = articulated(current);
    const ArticulatedState begin = articulated(reference);
    const DragObjective objective(model, begin, joint, target, others);
    LeastSquaresOptions steps;
    steps.maxIterations = 15;
    minimize(objective, state, steps);
    BodyParameters moved = parametersOf(state, current);
    const Points3d allowed = withinLimits(moved.pose);
    for (int j = 0; j < kNumSmplJoints; ++j) {
        if (objective.isFree(j)) moved.pose.row(j) = allowed.row(j);
    }
    return moved;
}

}  // namespace hmr
