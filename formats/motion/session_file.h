// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "body/motion/keyframes.h"
#include "body/motion/take.h"
#include "formats/share_report.h"

namespace hmr {

/// Everything that a session of work is made of, but for what the pipeline can find again.
struct SessionDocument {
    /// A crop's camera with the crop.
    struct Place {
        WeakPerspectiveCamera camera;
        CropWindow crop;
        bool operator==(const Place&) const = default;
    };
    /// Joint rotations (axis-angle), shape directions and so on that a person of a source was given by hand.
    struct Edit {
        std::string source;
        int person = 0;
        std::map<int, Eigen::Vector3d> rotations;
        std::map<int, double> betas;
        std::optional<Place> place;
        std::set<int> lockedJoints, pinnedJoints;
        std::map<int, std::map<int, Eigen::Vector2d>> targets;  ///< frame → coco-plus joint → source pixel
        std::map<int, Eigen::Vector3d> lockedRotations;         ///< of locked joints
        std::map<int, std::string> silhouettes;                 ///< frame → file of the person's mask
        bool operator==(const Edit&) const = default;
    };
    struct PersonBox {
        int id = 0;
        PixelBox box;
        bool operator==(const PersonBox&) const = default;
    };
    /// Boxes set by hand in one picture.
    struct Boxes {
        std::string source;
        int frame = 0;
        std::vector<PersonBox> boxes;
        bool operator==(const Boxes&) const = default;
    };

    std::vector<std::string> sources;  ///< what was opened, in order
    std::string source;                ///< and which of it was shown
    int frame = 0;
    std::vector<Edit> edits;
    std::vector<Boxes> boxes;
    Take take;
    std::map<int, KeyLayer> keys;  ///< by track
};

/// A session of nothing but a take; its source is opened with it when it is a file that is there.
SessionDocument sessionOf(const Take& take);

inline constexpr const char* kSessionExtension = ".hmrs";

/// Writes a session as one file, whole or not at all: an .npz whose array "session" is JSON (version 1) and whose others hold
/// the tracks (pose [n,24,3], betas, translation, box, crop, confidence, frame numbers; float32). Throws Error.
void writeSession(const std::filesystem::path& file, const SessionDocument& document, const ShareReport& report = {});

/// Throws Error: not a session, cut or damaged, written by a newer version.
SessionDocument readSession(const std::filesystem::path& file);

}  // namespace hmr
