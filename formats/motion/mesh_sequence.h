// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "formats/motion/animated_figure.h"

namespace hmr {

enum class MeshFormat { Obj, Ply };

/// Says of a file's name whether it is a frame of the same sequence.
using FrameNames = std::function<bool(const std::string& name)>;

/// A folder of files that appears whole: files are written into a hidden one and moved in by commit(). Destroyed without commit,
/// nothing is left behind; files of other names that stood in the folder stay.
class WholeFolder {
public:
    /// Where the hidden folder lies: a folder of one's own appears at once, one that other files share gets more of them.
    enum class Hidden { Beside, Inside };
    explicit WholeFolder(std::filesystem::path target, Hidden hidden = Hidden::Beside);  ///< throws Error
    ~WholeFolder();
    WholeFolder(const WholeFolder&) = delete;
    WholeFolder& operator=(const WholeFolder&) = delete;
    const std::filesystem::path& path() const { return temporary_; }
    /// Runs what writes files under path(); an Error of it that names one names its place in the target.
    void fill(const std::function<void()>& write) const;
    /// Older frames beside the new ones, of a longer sequence, go. Throws Error.
    void commit(const FrameNames& areFrames = {});

private:
    std::filesystem::path target_, temporary_;
};

/// Whether a name is "<stem>000001<extension>": six digits, more from a million on.
bool isNumbered(std::string_view name, std::string_view stem, std::string_view extension);

/// The names of the tracks' frames in writeMeshSequence's folder.
FrameNames meshFrames(const std::vector<Track>& tracks, MeshFormat format);

/// A mesh a frame and person into a folder: "<person>_000001.obj" and on. The surfaces are posed with pose blend shapes, the
/// vertices keep their order; OBJ with texture coordinates, PLY binary with normals. The shape is that of each frame. Frames of
/// the same people that stood in the folder are replaced, however many; other files stay.
/// Returns the number of files. Throws Error.
int writeMeshSequence(const std::filesystem::path& folder, MeshFormat format, const BodyModel& model, const Take& take,
                      const MotionExportSettings& settings);

}  // namespace hmr
