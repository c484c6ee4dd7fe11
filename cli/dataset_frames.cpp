// SPDX-License-Identifier: MIT
#include "cli/dataset_frames.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <vector>

#include "body/error.h"
#include "cli/progress.h"
#include "inference/frame_source.h"
#include "inference/picture.h"
#include "training/picture_file.h"

namespace hmr {
namespace {

namespace fs = std::filesystem;

constexpr int kQuality = 95;

struct Arguments {
    fs::path data;
    int every = 0;  ///< 0: as the set's protocol has it
};

/// A video and where its frames belong, numbered from 1.
struct Video {
    fs::path file, frames;
    const char* pattern;
    int every;
};

std::vector<fs::path> filesIn(const fs::path& folder) {
    std::vector<fs::path> files;
    if (fs::is_directory(folder))
        for (const auto& entry : fs::directory_iterator(folder)) files.push_back(entry.path());
    std::ranges::sort(files);
    return files;
}

/// Human3.6M is read at every fifth frame; MPI-INF-3DHP's training videos are four times as many and change as slowly.
std::vector<Video> videosOf(const fs::path& data) {
    std::vector<Video> videos;
    for (const fs::path& subject : filesIn(data)) {
        for (const fs::path& video : filesIn(subject / "Videos"))
            if (isVideoFile(video) && !video.stem().string().starts_with("_"))
                videos.push_back({video, subject / "Frames" / video.stem(), "%06d.jpg", 5});
        for (const fs::path& sequence : filesIn(subject))
            for (const fs::path& video : filesIn(sequence / "imageSequence"))
                if (isVideoFile(video)) videos.push_back({video, sequence / "imageFrames" / video.stem(), "frame_%06d.jpg", 10});
    }
    if (videos.empty())
        throw Error(data.string() + ": no videos of Human3.6M (S9/Videos/Walking 1.60457274.mp4) or MPI-INF-3DHP "
                    "(S1/Seq1/imageSequence/video_0.avi); choose the folder that holds the subjects");
    return videos;
}

/// Frames that are there already stay.
int takeApart(const Video& video, int every) {
    fs::create_directories(video.frames);
    const auto source = openSource(video.file.string());
    Progress progress(video.file.filename().string(), source->numFrames());
    int numFrames = 0;
    for (int number = 0; const std::optional<Frame> frame = source->next(); ++number) {
        progress.update(number + 1);
        if (number % every != 0) continue;
        char name[32];
        std::snprintf(name, sizeof name, video.pattern, number + 1);
        if (!fs::exists(video.frames / name)) writePicture(video.frames / name, rgbPicture(frame->picture), kQuality);
        ++numFrames;
    }
    return numFrames;
}

int takeAllApart(const Arguments& arguments) {
    int numFailed = 0;
    for (const Video& video : videosOf(arguments.data)) {
        try {
            const int numFrames = takeApart(video, arguments.every > 0 ? arguments.every : video.every);
            std::cout << video.frames.string() << ": " << numFrames << " frames\n";
        } catch (const Error& error) {
            std::cerr << "hmr: " << error.what() << "\n";
            ++numFailed;
        }
    }
    return numFailed == 0 ? 0 : 1;
}

}  // namespace

void addDatasetFrames(CLI::App& dataset, int& exitCode) {
    auto arguments = std::make_shared<Arguments>();
    CLI::App* command = dataset.add_subcommand("frames", "Take the videos of Human3.6M or MPI-INF-3DHP apart into the pictures that are read");
    command->add_option("data", arguments->data, "Folder of the data set")->required();
    command->add_option("--every", arguments->every, "Every so many frames (default: 5 of Human3.6M, 10 of MPI-INF-3DHP)")->check(CLI::Range(1, 1000));
    command->callback([arguments, &exitCode] { exitCode = takeAllApart(*arguments); });
}

}  // namespace hmr
