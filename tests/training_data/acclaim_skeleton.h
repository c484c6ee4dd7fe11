// SPDX-License-Identifier: MIT
#pragma once
#include <random>
#include <string>

namespace hmr::test {

/// A skeleton file with the names, rest directions and axes that CMU's files have; lengths are round numbers.
inline std::string acclaimSkeletonText() {
    struct Bone { const char *name, *parent; double x, y, z, length; const char* axis; const char* dof; };
    const Bone bones[] = {
        {"lhipjoint", "root", 0.66, -0.71, 0.25, 2.5, "0 0 0", ""}, {"lfemur", "lhipjoint", 0.34202, -0.939693, 0, 7, "0 0 20", "rx ry rz"},
        {"ltibia", "lfemur", 0.34202, -0.939693, 0, 7, "0 0 20", "rx"}, {"lfoot", "ltibia", 0.12, -0.32, 0.94, 2, "-90 7 20", "rx rz"},
        {"ltoes", "lfoot", 0, 0, 1, 1, "-90 7 20", "rx"},
        {"rhipjoint", "root", -0.66, -0.71, 0.25, 2.5, "0 0 0", ""}, {"rfemur", "rhipjoint", -0.34202, -0.939693, 0, 7, "0 0 -20", "rx ry rz"},
        {"rtibia", "rfemur", -0.34202, -0.939693, 0, 7, "0 0 -20", "rx"}, {"rfoot", "rtibia", -0.12, -0.32, 0.94, 2, "-90 -7 -20", "rx rz"},
        {"rtoes", "rfoot", 0, 0, 1, 1, "-90 -7 -20", "rx"},
        {"lowerback", "root", 0, 1, 0, 2, "0 0 0", "rx ry rz"}, {"upperback", "lowerback", 0, 1, 0, 2, "0 0 0", "rx ry rz"},
        {"thorax", "upperback", 0, 1, 0, 2, "0 0 0", "rx ry rz"}, {"lowerneck", "thorax", 0, 1, 0, 1, "0 0 0", "rx ry rz"},
        {"upperneck", "lowerneck", 0, 1, 0, 1, "0 0 0", "rx ry rz"}, {"head", "upperneck", 0, 1, 0, 1, "0 0 0", "rx ry rz"},
        {"lclavicle", "thorax", 0.96, 0.27, 0, 3, "0 0 0", "ry rz"}, {"lhumerus", "lclavicle", 1, 0, 0, 5, "180 30 90", "rx ry rz"},
        {"lradius", "lhumerus", 1, 0, 0, 3, "180 30 90", "rx"}, {"lwrist", "lradius", 1, 0, 0, 1.5, "180 30 90", "ry"},
        {"lhand", "lwrist", 1, 0, 0, 0.7, "180 30 90", "rx rz"},
        {"rclavicle", "thorax", -0.96, 0.27, 0, 3, "0 0 0", "ry rz"}, {"rhumerus", "rclavicle", -1, 0, 0, 5, "180 -30 -90", "rx ry rz"},
        {"rradius", "rhumerus", -1, 0, 0, 3, "180 -30 -90", "rx"}, {"rwrist", "rradius", -1, 0, 0, 1.5, "180 -30 -90", "ry"},
        {"rhand", "rwrist", -1, 0, 0, 0.7, "180 -30 -90", "rx rz"}};
    std::string text = "# made by a test\n:version 1.10\n:name VICON\n:units\n  mass 1.0\n  length 0.45\n  angle deg\n:root\n  order TX TY TZ RX RY RZ\n  axis XYZ\n:bonedata\n";
    std::string hierarchy = ":hierarchy\n  begin\n";
    for (const Bone& bone : bones) {
        text += "  begin\n    name " + std::string(bone.name) + "\n    direction " + std::to_string(bone.x) + " " + std::to_string(bone.y) + " " +
                std::to_string(bone.z) + "\n    length " + std::to_string(bone.length) + "\n    axis " + bone.axis + " XYZ\n";
        if (*bone.dof) text += std::string("    dof ") + bone.dof + "\n    limits (-160.0 20.0)\n";
        text += "  end\n";
        hierarchy += "    " + std::string(bone.parent) + " " + bone.name + "\n";
    }
    return text + hierarchy + "  end\n";
}

/// Frames of random angles, at most `spread` degrees, on that skeleton.
inline std::string acclaimMotionText(int frames, unsigned seed, double spread = 25) {
    const std::pair<const char*, int> numbers[] = {
        {"root", 6}, {"lowerback", 3}, {"upperback", 3}, {"thorax", 3}, {"lowerneck", 3}, {"upperneck", 3}, {"head", 3}, {"rclavicle", 2},
        {"rhumerus", 3}, {"rradius", 1}, {"rwrist", 1}, {"rhand", 2}, {"lclavicle", 2}, {"lhumerus", 3}, {"lradius", 1}, {"lwrist", 1},
        {"lhand", 2}, {"rfemur", 3}, {"rtibia", 1}, {"rfoot", 2}, {"rtoes", 1}, {"lfemur", 3}, {"ltibia", 1}, {"lfoot", 2}, {"ltoes", 1}};
    std::mt19937 generator(seed);
    std::uniform_real_distribution<double> angle(-spread, spread);
    std::string text = "#!OML:ASF made by a test\n:FULLY-SPECIFIED\n:DEGREES\n";
    for (int frame = 1; frame <= frames; ++frame) {
        text += std::to_string(frame) + "\n";
        for (const auto& [name, count] : numbers) {
            text += name;
            for (int i = 0; i < count; ++i) text.append(" ").append(std::to_string(angle(generator)));
            text += "\n";
        }
    }
    return text;
}

}  // namespace hmr::test
