// SPDX-License-Identifier: MIT
#include "inference/frame_source.h"

#include <algorithm>
#include <cctype>

#include "body/error.h"
#include "inference/failure_text.h"
#include "inference/video_source.h"

namespace hmr {
namespace {

/// Compares runs of digits by value and the rest by letter, so that img2 comes before img10.
bool naturalLess(const std::string& a, const std::string& b) {
    std::size_t i = 0, j = 0;
    const auto isDigit = [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; };
    while (i < a.size() && j < b.size()) {
        if (isDigit(a[i]) && isDigit(b[j])) {
            const auto numberAt = [&](const std::string& text, std::size_t& at) {
                while (at < text.size() && text[at] == '0') ++at;
                const std::size_t start = at;
                while (at < text.size() && isDigit(text[at])) ++at;
                return text.substr(start, at - start);
            };
            const std::string left = numberAt(a, i), right = numberAt(b, j);
            if (left.size() != right.size()) return left.size() < right.size();
            if (left != right) return left < right;
        } else {
            const int left = std::tolower(static_cast<unsigned char>(a[i])), right = std::tolower(static_cast<unsigned char>(b[j]));
            if (left != right) return left < right;
            ++i, ++j;
        }
    }
    if (a.size() - i != b.size() - j) return a.size() - i < b.size() - j;
    return a < b;
}

/// One picture or the pictures of a folder; unrelated to each other.
class PictureSource : public FrameSource {
public:
    PictureSource(std::string name, std::vector<std::filesystem::path> files) : name_(std::move(name)), files_(std::move(files)) {}

    std::optional<Frame> next() override {
        if (next_ >= static_cast<int>(files_.size())) return std::nullopt;
        const int index = next_++;
        const std::string name = files_[index].string();
        try {
            return Frame{readPicture(files_[index]), index, 0, name};
        } catch (const std::exception& failure) {
            throw Error(failureText(failure, name));
        }
    }

    std::string name() const override { return name_; }
    int numFrames() const override { return static_cast<int>(files_.size()); }

    bool seek(int frameIndex) override {
        if (frameIndex < 0 || frameIndex >= numFrames()) return false;
        next_ = frameIndex;
        return true;
    }

private:
    std::string name_;
    std::vector<std::filesystem::path> files_;
    int next_ = 0;
};

bool isStreamAddress(const std::string& specification) { return specification.find("://") != std::string::npos; }

bool isCameraName(const std::string& specification) {
    return specification.starts_with("camera:") || specification.starts_with("/dev/video") ||
           (!specification.empty() && specification.size() <= 3 &&
            std::all_of(specification.begin(), specification.end(), [](unsigned char c) { return std::isdigit(c); }));
}

/// The files of a folder that are of a kind, in natural order.
std::vector<std::filesystem::path> filesIn(const std::filesystem::path& folder, bool (*isWanted)(const std::filesystem::path&)) {
    std::error_code error;
    std::vector<std::filesystem::path> files;
    for (auto entry = std::filesystem::directory_iterator(folder, error); !error && entry != std::filesystem::directory_iterator();
         entry.increment(error)) {
        if (entry->is_regular_file(error) && isWanted(entry->path())) files.push_back(entry->path());
    }
    if (error) throw Error(folder.string() + " cannot be listed: " + error.message());
    std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) {
        return naturalLess(a.filename().string(), b.filename().string());
    });
    return files;
}

}  // namespace

std::vector<std::filesystem::path> picturesIn(const std::filesystem::path& folder) { return filesIn(folder, isPictureFile); }

std::vector<std::filesystem::path> videosIn(const std::filesystem::path& folder) { return filesIn(folder, isVideoFile); }

bool isLiveSource(const std::string& specification) { return isStreamAddress(specification) || isCameraName(specification); }

std::unique_ptr<FrameSource> openSource(const std::string& specification) {
    if (isStreamAddress(specification)) return openStream(specification);
    if (isCameraName(specification)) {
        return openCamera(specification.starts_with("camera:") ? specification.substr(7) : specification);
    }
    const std::filesystem::path path = specification;
    std::error_code error;
    if (!std::filesystem::exists(path, error)) {
        if (error) throw Error(specification + " cannot be opened: " + error.message() + "; check the name and your permission to read it");
        throw Error(specification + " does not exist; check the name");
    }
    if (std::filesystem::is_directory(path, error)) {
        auto files = picturesIn(path);
        if (files.empty()) throw Error(specification + " holds no pictures (JPEG, PNG, WebP, BMP, TIFF); choose another folder");
        return std::make_unique<PictureSource>(specification, std::move(files));
    }
    if (isVideoFile(path)) return openVideo(path);
    return std::make_unique<PictureSource>(specification, std::vector{path});
}

}  // namespace hmr
