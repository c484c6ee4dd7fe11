// SPDX-License-Identifier: MIT
#include "training/evaluation.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <numeric>
#include <ostream>

#include "body/error.h"
#include "body/metrics.h"
#include "body/posing.h"
#include "body/rotation.h"
#include "formats/atomic_file.h"
#include "formats/body_file.h"
#include "formats/resources.h"
#include "network/hmr_network.h"
#include "training/drawing.h"
#include "training/evaluation_set.h"
#include "training/mean_body.h"
#include "training/picture_file.h"

namespace hmr {
namespace {

constexpr std::array kHips = {2, 3};
constexpr double kMillimetres = 1000;
constexpr int kBatch = 16, kTimedPictures = 60, kSheetPictures = 24, kSheetColumns = 8;

/// A body's points for one picture.
struct Answer {
    Points3d joints3d;  ///< [19,3] metres, camera axes
    Points2d joints2d;  ///< [19,2] crop coordinates
    Points3f vertices;  ///< metres, camera axes
};

Answer answerOf(const BodyModel& body, const BodyParameters& parameters, const WeakPerspectiveCamera& camera) {
    Answer answer;
    answer.vertices = poseBody(body, parameters).vertices;
    answer.joints3d = cocoPlusJoints(body, answer.vertices);
    answer.joints2d = project(camera, answer.joints3d);
    return answer;
}

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

std::vector<std::uint8_t> mirroredPixels(const TrainingSample& sample) {
    std::vector<std::uint8_t> pixels(sample.pixels.size());
    for (int y = 0; y < sample.size; ++y)
        for (int x = 0; x < sample.size; ++x)
            std::copy_n(&sample.pixels[3 * (static_cast<std::size_t>(y) * sample.size + x)], 3,
                        &pixels[3 * (static_cast<std::size_t>(y) * sample.size + sample.size - 1 - x)]);
    return pixels;
}

std::vector<NetworkOutput> recoverAll(HmrNetwork& network, const std::vector<TrainingSample>& samples, bool isMirrored) {
    std::vector<NetworkOutput> outputs;
    for (std::size_t first = 0; first < samples.size(); first += kBatch) {
        const std::size_t last = std::min(samples.size(), first + kBatch);
        std::vector<std::uint8_t> crops;
        for (std::size_t i = first; i < last; ++i) {
            const std::vector<std::uint8_t> pixels = isMirrored ? mirroredPixels(samples[i]) : samples[i].pixels;
            crops.insert(crops.end(), pixels.begin(), pixels.end());
        }
        for (NetworkOutput& output : network.recover(crops, static_cast<int>(last - first)))
            outputs.push_back(isMirrored ? unmirrored(std::move(output)) : std::move(output));
    }
    return outputs;
}

/// Errors of one answer; 3D ones empty without labels.
struct PersonErrors {
    std::vector<std::pair<int, double>> joints2d;     ///< joint, distance over the box's longer side
    std::vector<double> joints3d, alignedJoints3d;    ///< millimetres
    double vertices = -1;
    double mean2d() const {
        double sum = 0;
        for (const auto& [joint, error] : joints2d) sum += error;
        return joints2d.empty() ? 0 : sum / static_cast<double>(joints2d.size());
    }
};

std::vector<double> distances(const Points3d& a, const Points3d& b) {
    const Eigen::VectorXd norms = (a - b).rowwise().norm() * kMillimetres;
    return {norms.begin(), norms.end()};
}

void addErrors3d(const BodyModel& body, const TrainingSample& sample, const Answer& answer, PersonErrors& errors) {
    Points3d truth(kNumLspJoints, 3);
    for (int i = 0; i < kNumLspJoints * 3; ++i) truth(i / 3, i % 3) = sample.joints3d[static_cast<std::size_t>(i)];
    const Points3d predicted = answer.joints3d.topRows(kNumLspJoints);
    errors.joints3d = distances(centredOn(predicted, kHips), centredOn(truth, kHips));
    errors.alignedJoints3d = distances(procrustesAligned(predicted, truth), truth);
    if (!sample.hasParameters) return;
    BodyParameters parameters;
    for (int joint = 0; joint < kNumSmplJoints; ++joint) {
        Eigen::Matrix3d rotation;
        for (int i = 0; i < 9; ++i) rotation(i / 3, i % 3) = sample.rotations[static_cast<std::size_t>(9 * joint + i)];
        parameters.pose.row(joint) = axisAngleFromRotation(nearestRotation(rotation)).transpose();
    }
    for (int i = 0; i < kNumBetas; ++i) parameters.betas[i] = sample.betas[static_cast<std::size_t>(i)];
    const Points3f vertices = poseBody(body, parameters).vertices;
    const Points3d joints = cocoPlusJoints(body, vertices);
    const Eigen::RowVector3f offset = ((answer.joints3d.row(2) + answer.joints3d.row(3) - joints.row(2) - joints.row(3)) / 2).cast<float>();
    errors.vertices = ((answer.vertices - vertices).rowwise() - offset).rowwise().norm().mean() * kMillimetres;
}

PersonErrors errorsOf(const BodyModel& body, const TrainingSample& sample, double boxSide, const Answer& answer) {
    PersonErrors errors;
    for (int joint = 0; joint < kNumCocoPlusJoints; ++joint) {
        const float* truth = &sample.keypoints[static_cast<std::size_t>(3 * joint)];
        if (truth[2] <= 0) continue;
        const Eigen::Vector2d difference = answer.joints2d.row(joint).transpose() - Eigen::Vector2d(truth[0], truth[1]);
        errors.joints2d.emplace_back(joint, difference.norm() / boxSide);
    }
    if (sample.hasJoints3d) addErrors3d(body, sample, answer, errors);
    return errors;
}

double meanOf(const std::vector<double>& values) {
    return values.empty() ? 0 : std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

Figures figuresOf(const std::vector<PersonErrors>& people) {
    std::vector<double> errors2d, errors3d, aligned, vertices;
    for (const PersonErrors& person : people) {
        for (const auto& [joint, error] : person.joints2d) errors2d.push_back(error);
        errors3d.insert(errors3d.end(), person.joints3d.begin(), person.joints3d.end());
        aligned.insert(aligned.end(), person.alignedJoints3d.begin(), person.alignedJoints3d.end());
        if (person.vertices >= 0) vertices.push_back(person.vertices);
    }
    Figures figures = {{"PCK@0.1", shareBelow(errors2d, 0.1)}, {"PCK@0.05", shareBelow(errors2d, 0.05)}};
    if (errors3d.empty()) return figures;
    figures.insert(figures.end(), {{"MPJPE mm", meanOf(errors3d)}, {"reconstruction error mm", meanOf(aligned)},
                                   {"PCK@150mm", 100 * shareBelow(errors3d, 150)}, {"AUC", 100 * areaUnderCurve(errors3d, 150)},
                                   {"PCK@150mm aligned", 100 * shareBelow(aligned, 150)}, {"AUC aligned", 100 * areaUnderCurve(aligned, 150)}});
    if (!vertices.empty()) figures.emplace_back("PVE mm", meanOf(vertices));
    return figures;
}

std::vector<std::pair<std::string, double>> pckByJoint(const std::vector<PersonErrors>& people) {
    std::array<std::vector<double>, kNumCocoPlusJoints> errors;
    for (const PersonErrors& person : people)
        for (const auto& [joint, error] : person.joints2d) errors[static_cast<std::size_t>(joint)].push_back(error);
    std::vector<std::pair<std::string, double>> shares;
    for (std::size_t joint = 0; joint < errors.size(); ++joint)
        if (!errors[joint].empty()) shares.emplace_back(kCocoPlusNames[joint], shareBelow(errors[joint], 0.1));
    return shares;
}

/// Median and 95th percentile of one picture's time, milliseconds.
std::pair<double, double> timeNetwork(HmrNetwork& network, const std::vector<TrainingSample>& samples) {
    std::vector<double> times;
    for (std::size_t i = 0; i < std::min<std::size_t>(samples.size(), kTimedPictures); ++i) {
        const auto start = std::chrono::steady_clock::now();
        network.recover(samples[i].pixels, 1);
        times.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
    }
    std::ranges::sort(times);
    return {times[times.size() / 2], times[times.size() * 95 / 100]};
}

Picture pageTile(const TrainingSample& sample, const Answer& answer) {
    Picture tile(sample.size, sample.size, 3);
    tile.pixels = sample.pixels;
    tile = resized(tile, 192, 192);
    Keypoints keypoints{};
    for (int joint = 0; joint < kNumCocoPlusJoints; ++joint) {
        for (int axis = 0; axis < 2; ++axis) keypoints[3 * joint + axis] = static_cast<float>((answer.joints2d(joint, axis) + 1) * 96);
        keypoints[3 * joint + 2] = 1;
    }
    drawSkeleton(tile, keypoints, 2.5);
    for (int joint = 0; joint < kNumCocoPlusJoints; ++joint)
        if (sample.keypoints[3 * joint + 2] > 0)
            drawDisc(tile, {(sample.keypoints[3 * joint] + 1) * 96, (sample.keypoints[3 * joint + 1] + 1) * 96}, 2, {40, 230, 90});
    return tile;
}

/// Pages of the best, the median and the worst cases by mean 2D error.
void writePages(const std::filesystem::path& folder, const EvaluationSet& set, const std::vector<Answer>& answers,
                const std::vector<PersonErrors>& errors) {
    std::vector<std::size_t> order(answers.size());
    std::iota(order.begin(), order.end(), 0);
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return errors[i].mean2d(); });
    const std::size_t count = std::min<std::size_t>(order.size(), kSheetPictures);
    const std::map<std::string, std::size_t> firstOfPage = {{"best", 0}, {"median", (order.size() - count) / 2}, {"worst", order.size() - count}};
    for (const auto& [name, first] : firstOfPage) {
        std::vector<Picture> tiles;
        for (std::size_t i = first; i < first + count; ++i) tiles.push_back(pageTile(set.samples[order[i]], answers[order[i]]));
        writePicture(folder / (name + ".jpg"), contactSheet(tiles, kSheetColumns));
    }
}

}  // namespace

EvaluationReport evaluate(const EvaluationOptions& options) {
    const auto network = HmrNetwork::load(options.weights.empty() ? resourcePath("weights/default.safetensors") : options.weights,
                                          NetworkOptions{options.threads});
    const auto body = loadBodyModel(options.body.empty() ? resourcePath("body/openbody.npz") : options.body);
    const EvaluationSet set = openEvaluationSet(options, network->recipe().inputSize, network->recipe().personShare);
    std::vector<NetworkOutput> outputs = recoverAll(*network, set.samples, false);
    if (options.flipped) {
        const std::vector<NetworkOutput> flipped = recoverAll(*network, set.samples, true);
        for (std::size_t i = 0; i < outputs.size(); ++i) outputs[i] = averaged(outputs[i], flipped[i]);
    }
    const BodyParameters mean = meanBodyOf(loadPosePrior(options.prior.empty() ? resourcePath("prior/poses.npz") : options.prior));
    const Answer meanAnswer = answerOf(*body, mean, WeakPerspectiveCamera{});
    std::vector<Answer> answers;
    std::vector<PersonErrors> errors, meanErrors;
    for (std::size_t i = 0; i < set.samples.size(); ++i) {
        answers.push_back(answerOf(*body, outputs[i].parameters, outputs[i].camera));
        errors.push_back(errorsOf(*body, set.samples[i], set.boxSides[i], answers.back()));
        meanErrors.push_back(errorsOf(*body, set.samples[i], set.boxSides[i], meanAnswer));
    }
    EvaluationReport report{set.name, set.protocol, static_cast<int>(set.samples.size()), figuresOf(errors), figuresOf(meanErrors), pckByJoint(errors)};
    std::tie(report.networkMilliseconds, report.networkMilliseconds95) = timeNetwork(*network, set.samples);
    if (!options.report.empty()) {
        std::filesystem::create_directories(options.report);
        writeWholeFile(options.report / "report.json", reportText(report));
        writePages(options.report, set, answers, errors);
    }
    return report;
}

void printReport(const EvaluationReport& report, std::ostream& out) {
    const auto line = [&out](const std::string& name, double value) {
        char text[64];
        std::snprintf(text, sizeof text, value < 2 ? "%.3f" : "%.1f", value);
        out << name << ": " << text << "\n";
    };
    out << "set: " << report.set << "\nprotocol: " << report.protocol << "\npeople: " << report.people << "\n";
    for (const auto& [name, value] : report.network) line(name, value);
    for (const auto& [joint, share] : report.pck10OfJoint) line("PCK@0.1 " + joint, share);
    line("network ms, median", report.networkMilliseconds);
    line("network ms, 95th percentile", report.networkMilliseconds95);
    for (const auto& [name, value] : report.meanPose) line("mean pose " + name, value);
}

std::string reportText(const EvaluationReport& report) {
    const auto object = [](const auto& figures) {
        nlohmann::ordered_json json = nlohmann::ordered_json::object();
        for (const auto& [name, value] : figures) json[name] = value;
        return json;
    };
    const nlohmann::ordered_json json = {{"set", report.set},
                                         {"protocol", report.protocol},
                                         {"people", report.people},
                                         {"network", object(report.network)},
                                         {"pck10OfJoint", object(report.pck10OfJoint)},
                                         {"networkMilliseconds", {{"median", report.networkMilliseconds}, {"p95", report.networkMilliseconds95}}},
                                         {"meanPose", object(report.meanPose)}};
    return json.dump(2) + "\n";
}

}  // namespace hmr
