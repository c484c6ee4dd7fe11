// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <memory>
#include <opencv2/core.hpp>
#include <optional>
#include <string>
#include <vector>

namespace hmr {

/// One picture of a source. BGR, 8 bits; never changed after it was read.
struct Frame {
    cv::Mat picture;
    int index = 0;
    double time = 0;   ///< seconds from the start
    std::string name;  ///< file the frame came from, or the source's name
};

/// Where pictures come from. Blocking, used by one thread at a time.
class FrameSource {
public:
    virtual ~FrameSource() = default;
    /// The next frame, or nothing at the end. Throws Error when the source fails (one broken picture of a folder, a camera
    /// that was unplugged); the next call goes on behind the failure where that makes sense.
    virtual std::optional<Frame> next() = 0;
    virtual std::string name() const = 0;
    virtual bool isLive() const { return false; }      ///< a camera or stream: only the newest frame matters
    virtual int numFrames() const { return 0; }        ///< 0: unknown
    virtual double frameRate() const { return 0; }     ///< frames a second; 0 for pictures
    virtual cv::Size frameSize() const { return {}; }  ///< empty if unknown or varying
    virtual bool seek(int /*frameIndex*/) { return false; }
};

/// Decodes a picture file: JPEG, PNG, WebP, BMP, TIFF; EXIF orientation applied; grey and alpha converted. Throws Error:
/// missing, not an image, truncated, larger than 16,384 pixels a side or 128 million in all.
cv::Mat readPicture(const std::filesystem::path& file);

/// Opens a picture, a folder (natural order), a video, a camera ("0", "camera:0", "/dev/video0") or a stream (URL).
/// A video with a broken tail gives its frames up to there and then throws. Throws Error.
std::unique_ptr<FrameSource> openSource(const std::string& specification);

/// Whether a specification names a camera or a stream and no file.
bool isLiveSource(const std::string& specification);

/// The pictures of a folder in natural order (img2 before img10).
std::vector<std::filesystem::path> picturesIn(const std::filesystem::path& folder);
std::vector<std::filesystem::path> videosIn(const std::filesystem::path& folder);  ///< its videos, in the same order

bool isPictureFile(const std::filesystem::path& file);
bool isVideoFile(const std::filesystem::path& file);
/// The extensions by which the two tell, lower case with their dots.
const std::vector<std::string>& pictureExtensions();
const std::vector<std::string>& videoExtensions();

/// A camera found on this machine.
struct CameraInfo {
    int index = 0;
    std::string device, name;
};
std::vector<CameraInfo> listCameras();

}  // namespace hmr
