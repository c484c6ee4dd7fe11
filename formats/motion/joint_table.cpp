// SPDX-License-Identifier: MIT
#include "formats/motion/joint_table.h"

#include <cstdio>

#include "formats/atomic_file.h"

namespace hmr {
namespace {

/// Quoted where a name would break the columns.
std::string cell(const std::string& text) {
    if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
    std::string quoted = "\"";
    for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
    return quoted + "\"";
}

}  // namespace

void writeJointCsv(const std::filesystem::path& file, std::span<const AnimatedFigure> figures, const ShareReport& report) {
    std::string text = "frame,time,person";
    for (const std::string& joint : figures.front().figure.jointNames)
        for (const char* axis : {"_x", "_y", "_z"}) text += "," + cell(joint + axis);
    text += "\n";
    char number[64];
    int total = 0, written = 0;
    for (const AnimatedFigure& figure : figures) total += figure.numFrames();
    for (const AnimatedFigure& figure : figures) {
        for (int frame = 0; frame < figure.numFrames(); ++frame) {
            const int at = figure.firstFrame + frame;
            std::snprintf(number, sizeof(number), "%d,%.6f,", at, at / figure.frameRate);
            text += number + cell(figure.figure.name);
            const Points3d places = jointPlaces(figure, frame);
            for (const double value : places.reshaped<Eigen::RowMajor>()) {
                std::snprintf(number, sizeof(number), ",%.6f", value);
                text += number;
            }
            text += "\n";
            if (report && ++written % 64 == 0) report(static_cast<double>(written) / total);
        }
    }
    if (report) report(1);
    writeWholeFile(file, text);
}

}  // namespace hmr
