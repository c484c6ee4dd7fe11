// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>

#include "formats/motion/animated_figure.h"

namespace hmr {

enum class MeshFormat { Obj, Ply };

/// A folder of files that appears whole: files are written beside it and moved in by commit(). Destroyed without commit,
/// nothing is left behind; files of other names that stood in the folder stay.
class WholeFolder {
public:
    explicit WholeFolder(std::filesystem::path target);  ///< throws Error
    ~WholeFolder();
    WholeFolder(const WholeFolder&) = delete;
    WholeFolder& operator=(const WholeFolder&) = delete;
    const std::filesystem::path& path() const { return temporary_; }
    void commit();
    void moveInto(const std::filesystem::path& folder);  ///< puts the files into another folder instead

private:
    std::filesystem::path target_, temporary_;
};

/// A mesh a frame and person into a folder: "<person>_000001.obj" and on. The surfaces are posed with pose blend shapes, the
/// vertices keep their order; OBJ with texture coordinates, PLY binary with normals. The shape is that of each frame.
/// Returns the number of files. Throws Error.
int writeMeshSequence(const std::filesystem::path& folder, MeshFormat format, const BodyModel& model, const Take& take,
                      const MotionExportSettings& settings);

}  // namespace hmr
