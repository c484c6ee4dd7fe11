// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <cstdio>
#include <limits>

#include "body/error.h"
#include "body/rotation.h"
#include "formats/atomic_file.h"
#include "formats/pickle/pickle_arrays.h"
#include "training/datasets/dataset_folders.h"

namespace hmr {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kNumPoseJoints2d = 18;
/// Coco-plus joint of each of the 18 that OpenPose found: nose, neck, right arm, left arm, right leg, left leg, eyes, ears.
constexpr std::array<int, kNumPoseJoints2d> kCocoPlusOf2d = {14, 12, 8, 7, 6, 9, 10, 11, 2, 1, 0, 3, 4, 5, 16, 15, 18, 17};
/// SMPL joints that stand for the first 13 coco-plus joints; SMPL has none at the head's top.
constexpr std::array<std::size_t, 13> kSmplOfCocoPlus = {8, 5, 2, 1, 4, 7, 21, 19, 17, 16, 18, 20, 12};

/// One person's numbers over a sequence.
struct Track {
    std::vector<double> poses, betas, translations, joints, pixels, isValid;
    std::string gender;
};

std::vector<double> numbersOf(const PickleValue& value, std::size_t expected, const char* name) {
    std::vector<double> numbers = ndArrayFrom(value).as<double>();
    if (numbers.size() < expected)
        throw Error("\"" + std::string(name) + "\" has " + std::to_string(numbers.size()) + " numbers, expected " + std::to_string(expected));
    return numbers;
}

Track trackOf(const PickleValue& root, std::size_t person, std::size_t numFrames) {
    const auto of = [&](const char* name) {
        const PickleValue list = root.at(name);
        if (list.items().size() <= person) throw Error("\"" + std::string(name) + "\" lists " + std::to_string(list.items().size()) + " people, fewer than \"poses\"");
        return list.items()[person];
    };
    const auto numbers = [&](const char* name, std::size_t width) { return numbersOf(of(name), numFrames * width, name); };
    const std::string letter(of("genders").text().substr(0, 1));
    return {numbers("poses", 72), numbersOf(of("betas"), kNumBetas, "betas"), numbers("trans", 3), numbers("jointPositions", 72),
            numbers("poses2d", 3 * kNumPoseJoints2d), numbers("campose_valid", 1), letter == "m" ? "male" : letter == "f" ? "female" : "neutral"};
}

Eigen::Vector3d vectorAt(const std::vector<double>& numbers, std::size_t at) { return {numbers[at], numbers[at + 1], numbers[at + 2]}; }

AnnotatedPerson personOf(const Track& track, const Eigen::Isometry3d& cameraFromWorld, std::size_t frame) {
    AnnotatedPerson person;
    for (std::size_t joint = 0; joint < kNumPoseJoints2d; ++joint) {
        const auto value = [&](std::size_t row) { return static_cast<float>(track.pixels[(frame * 3 + row) * kNumPoseJoints2d + joint]); };
        if (value(2) > 0) setKeypoint(person.keypoints, kCocoPlusOf2d[joint], value(0), value(1));
    }
    setBoxOfJoints(person, kBoxMargin);
    person.joints3d = Points3d::Constant(kNumCocoPlusJoints, 3, std::numeric_limits<double>::quiet_NaN());
    for (std::size_t joint = 0; joint < kSmplOfCocoPlus.size(); ++joint) {
        const Eigen::Vector3d place = vectorAt(track.joints, frame * 72 + 3 * kSmplOfCocoPlus[joint]);
        person.joints3d.row(static_cast<Eigen::Index>(joint)) = (cameraFromWorld * place).transpose();
    }
    person.pelvis = cameraFromWorld * vectorAt(track.joints, frame * 72);
    BodyParameters parameters;
    for (std::size_t joint = 0; joint < kNumSmplJoints; ++joint)
        parameters.pose.row(static_cast<Eigen::Index>(joint)) = vectorAt(track.poses, frame * 72 + 3 * joint).transpose();
    parameters.pose.row(0) = axisAngleFromRotation(cameraFromWorld.linear() * rotationFromAxisAngle(parameters.pose.row(0).transpose())).transpose();
    for (Eigen::Index i = 0; i < kNumBetas; ++i) parameters.betas[i] = track.betas[static_cast<std::size_t>(i)];
    person.parameters = parameters;
    person.parametersBody = "smpl-" + track.gender;
    return person;
}

/// A sequence file.
struct Sequence {
    std::string name;
    std::vector<double> cameras;  ///< 16 numbers a frame: camera from world
    std::vector<Track> people;
    std::size_t numFrames() const { return cameras.size() / 16; }
};

Sequence sequenceIn(const fs::path& file) {
    const std::string bytes = readWholeFile(file);
    const Pickle pickle(bytes, file.string());
    const PickleValue& root = pickle.root();
    Sequence sequence{std::string(root.at("sequence").text()), ndArrayFrom(root.at("cam_poses")).as<double>(), {}};
    const std::size_t numPeople = root.at("poses").items().size();
    for (std::size_t p = 0; p < numPeople; ++p) sequence.people.push_back(trackOf(root, p, sequence.numFrames()));
    return sequence;
}

void readSequence(const fs::path& folder, const fs::path& file, FaultList* faults, std::vector<AnnotatedPerson>& people) {
    Sequence sequence;
    readPart(faults, file.string() + ": no sequence of 3DPW that can be read", [&] { sequence = sequenceIn(file); });
    for (std::size_t p = 0; p < sequence.people.size(); ++p)
        for (std::size_t frame = 0; frame < sequence.numFrames(); ++frame) {
            if (sequence.people[p].isValid[frame] < 0.5) continue;
            const std::string number = std::to_string(p) + "/" + std::to_string(frame);
            readPart(faults, file.string() + ": person/frame " + number, [&] {
                Eigen::Isometry3d cameraFromWorld;
                cameraFromWorld.matrix() = Eigen::Map<const Eigen::Matrix<double, 4, 4, Eigen::RowMajor>>(&sequence.cameras[16 * frame]);
                AnnotatedPerson person = personOf(sequence.people[p], cameraFromWorld, frame);
                if (person.box.longerSide() <= 0) return;
                char picture[32];
                std::snprintf(picture, sizeof picture, "image_%05u.jpg", static_cast<unsigned>(frame));
                person.picture = pictureIn({folder / "imageFiles" / sequence.name}, picture);
                person.id = "3dpw/" + sequence.name + "/" + number;
                people.push_back(std::move(person));
            });
        }
}

}  // namespace

bool holdsThreeDpw(const fs::path& folder) { return fs::is_directory(folder / "sequenceFiles"); }

std::vector<AnnotatedPerson> readThreeDpw(const fs::path& folder, AnnotationPart part, FaultList* faults) {
    std::vector<AnnotatedPerson> people;
    for (const char* half : {"train", "validation", "test"}) {
        const bool isTest = half == std::string("test");
        if (part != AnnotationPart::All && isTest != (part == AnnotationPart::Test)) continue;
        std::vector<fs::path> files;
        if (fs::is_directory(folder / "sequenceFiles" / half))
            for (const auto& entry : fs::directory_iterator(folder / "sequenceFiles" / half))
                if (entry.path().extension() == ".pkl") files.push_back(entry.path());
        std::ranges::sort(files);
        for (const fs::path& file : files) readSequence(folder, file, faults, people);
    }
    return people;
}

}  // namespace hmr
