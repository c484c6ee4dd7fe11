// SPDX-License-Identifier: MIT
#include "cli/body_sheets.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <memory>
#include <numbers>
#include <vector>

#include "body/error.h"
#include "body/person_estimate.h"
#include "body/rotation.h"
#include "formats/body_file.h"
#include "formats/resources.h"
#include "renderer/overlay_painter.h"
#include "training/drawing.h"
#include "training/picture_file.h"
#include "training/prior/pose_prior.h"

namespace hmr {
namespace {

namespace fs = std::filesystem;

constexpr Rgb kPaper = {238, 240, 242}, kInk = {40, 44, 52};
constexpr double kTallest = 2.3;  ///< metres that fit a tile; spread arms then fit its width

struct Arguments {
    fs::path output, body, prior;
    int count = 24, columns = 12, tile = 150;
    bool showsPoses = false;
};

/// Draws single bodies of one scale on paper.
class BodyTiles {
public:
    BodyTiles(const fs::path& file, int width)
        : body_(loadBodyModel(file.empty() ? resourcePath("body/openbody.npz") : file)), painter_(body_), width_(width) {}

    /// From the front and from the body's left. The root stands in a world with y up.
    void add(BodyParameters parameters, const std::string& label, std::vector<Picture>& tiles) {
        const Eigen::Matrix3d world = rotationFromAxisAngle(parameters.pose.row(0).transpose());
        for (const double heading : {0.0, -std::numbers::pi / 2}) {
            const Eigen::Matrix3d cameraFromWorld = rotationFromAxisAngle({std::numbers::pi, 0, 0}) * rotationFromAxisAngle({0, heading, 0});
            parameters.pose.row(0) = axisAngleFromRotation(cameraFromWorld * world).transpose();
            tiles.push_back(drawn(parameters));
            drawText(tiles.back(), 5, 5, heading == 0 ? label : "", kInk);
        }
    }

private:
    Picture drawn(const BodyParameters& parameters) {
        const int height = width_ * 4 / 3;
        Picture paper(width_, height, 3);
        fillRectangle(paper, 0, 0, width_, height, kPaper);
        const Points3f vertices = poseBody(*body_, parameters).vertices;
        PersonEstimate person;
        person.parameters = parameters;
        person.crop = {{width_ / 2.0, height / 2.0}, static_cast<double>(height)};
        person.camera.scale = 2 / kTallest;
        const Eigen::RowVector3d low = vertices.colwise().minCoeff().cast<double>(), high = vertices.colwise().maxCoeff().cast<double>();
        person.camera.translation = -0.5 * (low + high).head<2>().transpose();
        return painter_.paint(paper, {person});
    }

    std::shared_ptr<const BodyModel> body_;
    OverlayPainter painter_;
    int width_;
};

/// A joint's turn in degrees about the rest frame's axes.
struct Turn {
    int joint;
    Eigen::Vector3d degrees;
};

struct NamedPose {
    const char* name;
    std::vector<Turn> turns;
};

constexpr int kLeftHip = 1, kRightHip = 2, kSpine1 = 3, kLeftKnee = 4, kRightKnee = 5, kSpine2 = 6, kLeftAnkle = 7, kRightAnkle = 8, kHead = 15,
              kLeftShoulder = 16, kRightShoulder = 17, kLeftElbow = 18, kRightElbow = 19, kLeftWrist = 20, kRightWrist = 21;

/// Everyday extremes of every large joint.
std::vector<NamedPose> trialPoses() {
    const Turn leftDown{kLeftShoulder, {0, 0, -75}}, rightDown{kRightShoulder, {0, 0, 75}};
    return {
        {"T-pose", {}},
        {"walk", {{kLeftHip, {-32, 0, 0}}, {kRightHip, {22, 0, 0}}, {kLeftKnee, {12, 0, 0}}, {kRightKnee, {35, 0, 0}}, {kLeftShoulder, {25, 0, -75}},
                  {kRightShoulder, {-25, 0, 75}}, {kLeftElbow, {0, -25, 0}}, {kRightElbow, {0, 25, 0}}}},
        {"sit", {{kLeftHip, {-90, 0, 4}}, {kRightHip, {-90, 0, -4}}, {kLeftKnee, {90, 0, 0}}, {kRightKnee, {90, 0, 0}}, leftDown, rightDown,
                 {kLeftElbow, {0, -70, 0}}, {kRightElbow, {0, 70, 0}}}},
        {"squat", {{kLeftHip, {-110, 0, 15}}, {kRightHip, {-110, 0, -15}}, {kLeftKnee, {125, 0, 0}}, {kRightKnee, {125, 0, 0}}, {kLeftAnkle, {-20, 0, 0}},
                   {kRightAnkle, {-20, 0, 0}}, {kSpine1, {20, 0, 0}}, {kLeftShoulder, {0, -80, 0}}, {kRightShoulder, {0, 80, 0}}}},
        {"bend", {{kLeftHip, {-60, 0, 0}}, {kRightHip, {-60, 0, 0}}, {0, {60, 0, 0}}, {kSpine1, {25, 0, 0}}, {kSpine2, {20, 0, 0}}, {kHead, {20, 0, 0}},
                  {kLeftShoulder, {0, -70, -20}}, {kRightShoulder, {0, 70, 20}}}},
        {"arms up", {{kLeftShoulder, {0, 0, 75}}, {kRightShoulder, {0, 0, -75}}, {kLeftElbow, {0, 0, 10}}, {kRightElbow, {0, 0, -10}}}},
        {"bent elbows", {leftDown, rightDown, {kLeftElbow, {0, -135, 0}}, {kRightElbow, {0, 135, 0}}, {kLeftWrist, {0, 0, 25}}, {kRightWrist, {0, 0, -25}}}},
        {"lunge", {{kLeftHip, {-85, 0, 0}}, {kLeftKnee, {85, 0, 0}}, {kRightHip, {20, 0, 0}}, {kRightKnee, {80, 0, 0}}, {kRightAnkle, {20, 0, 0}},
                   {kLeftShoulder, {0, -60, -20}}, {kRightShoulder, {0, 20, 70}}, {kHead, {0, 40, 0}}}},
    };
}

BodyParameters parametersOf(const NamedPose& pose) {
    BodyParameters parameters;
    for (const auto& [joint, degrees] : pose.turns) parameters.pose.row(joint) = (degrees * std::numbers::pi / 180).transpose();
    return parameters;
}

void addShapes(BodyTiles& drawer, std::vector<Picture>& tiles) {
    for (int i = 0; i < kNumBetas; ++i)
        for (const double beta : {2.0, -2.0}) {
            BodyParameters parameters = parametersOf({"", {{kLeftShoulder, {0, 0, -60}}, {kRightShoulder, {0, 0, 60}}}});
            parameters.betas[i] = beta;
            drawer.add(parameters, "beta " + std::to_string(i + 1) + (beta > 0 ? " = +2" : " = -2"), tiles);
        }
}

void writeSheet(const Arguments& arguments, const std::vector<Picture>& tiles) {
    const int columns = std::max(2, arguments.columns / 2 * 2);  // both sides of a body stay together
    writePicture(arguments.output, contactSheet(tiles, columns), 82);
    std::cout << tiles.size() / 2 << " bodies from two sides: " << arguments.output.string() << "\n";
}

void writeBodySheet(const Arguments& arguments) {
    BodyTiles drawer(arguments.body, arguments.tile);
    std::vector<Picture> tiles;
    if (!arguments.showsPoses) addShapes(drawer, tiles);
    else
        for (const NamedPose& pose : trialPoses()) drawer.add(parametersOf(pose), pose.name, tiles);
    writeSheet(arguments, tiles);
}

/// Evenly spaced poses; each keeps its own heading.
void writePriorSheet(const Arguments& arguments) {
    const PosePrior prior = loadPosePrior(arguments.prior.empty() ? resourcePath("prior/poses.npz") : arguments.prior);
    BodyTiles drawer(arguments.body, arguments.tile);
    const int count = std::min(arguments.count, prior.size());
    std::vector<Picture> tiles;
    for (int i = 0; i < count; ++i) {
        const auto row = static_cast<Eigen::Index>(std::int64_t{prior.size()} * (2 * i + 1) / (2 * count));
        BodyParameters parameters;
        parameters.pose = Eigen::Map<const Eigen::Matrix<float, kNumSmplJoints, 3, Eigen::RowMajor>>(prior.poses.row(row).data()).cast<double>();
        drawer.add(parameters, fs::path(prior.clipNames[prior.clips[static_cast<std::size_t>(row)]]).stem().string(), tiles);
    }
    writeSheet(arguments, tiles);
}

void addCommon(CLI::App& command, Arguments& arguments) {
    command.add_option("-o,--out", arguments.output, "The picture (.jpg or .png)")->required();
    command.add_option("--columns", arguments.columns, "Tiles in a row, two a body")->check(CLI::Range(2, 60))->capture_default_str();
    command.add_option("--tile", arguments.tile, "Width of a tile, pixels")->check(CLI::Range(40, 1024))->capture_default_str();
}

}  // namespace

void addBodySheet(CLI::App& body) {
    auto arguments = std::make_shared<Arguments>();
    CLI::App* command = body.add_subcommand("sheet", "Draw a body's shapes (each beta at +2 and -2) or its bent joints from two sides");
    command->add_option("--body", arguments->body, "Body (.npz); default: the shipped one");
    command->add_flag("--poses", arguments->showsPoses, "Bent joints in place of the shapes");
    addCommon(*command, *arguments);
    command->callback([arguments] { writeBodySheet(*arguments); });
}

void addPriorSheet(CLI::App& prior) {
    auto arguments = std::make_shared<Arguments>();
    CLI::App* command = prior.add_subcommand("sheet", "Draw poses of a prior from two sides");
    command->add_option("prior", arguments->prior, "The prior (.npz); default: the shipped one");
    command->add_option("--count", arguments->count, "How many poses, evenly spaced")->check(CLI::Range(1, 1000))->capture_default_str();
    addCommon(*command, *arguments);
    command->callback([arguments] { writePriorSheet(*arguments); });
}

}  // namespace hmr
