// SPDX-License-Identifier: MIT
#include "training/picture_file.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_NO_HDR
#define STBI_NO_LINEAR
#include <stb/stb_image.h>
#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STB_IMAGE_WRITE_STATIC
#include <stb/stb_image_write.h>

#include "body/error.h"
#include "formats/atomic_file.h"

namespace hmr {
namespace {

using StbPixels = std::unique_ptr<unsigned char, decltype(&stbi_image_free)>;

void append(void* context, void* data, int size) {
    static_cast<std::string*>(context)->append(static_cast<const char*>(data), static_cast<std::size_t>(size));
}

/// Source cells that one target cell averages or interpolates, along one axis.
struct Taps {
    int first = 0;
    std::vector<float> weights;
};

std::vector<Taps> resizeTaps(int source, int target) {
    std::vector<Taps> all(static_cast<std::size_t>(target));
    const double scale = static_cast<double>(source) / target, reach = std::max(1.0, scale);
    for (int i = 0; i < target; ++i) {
        const double centre = (i + 0.5) * scale;
        Taps& taps = all[static_cast<std::size_t>(i)];
        taps.first = std::max(0, static_cast<int>(std::floor(centre - reach)));
        const int last = std::min(source - 1, static_cast<int>(std::ceil(centre + reach)) - 1);
        float sum = 0;
        for (int s = taps.first; s <= last; ++s) {
            // A tent as wide as the coarser of the two grids.
            taps.weights.push_back(static_cast<float>(std::max(1e-6, 1 - std::abs(s + 0.5 - centre) / reach)));
            sum += taps.weights.back();
        }
        for (float& weight : taps.weights) weight /= sum;
    }
    return all;
}

}  // namespace

Picture decodePicture(const std::string& bytes, const std::string& name) {
    int width = 0, height = 0, channels = 0;
    const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
    if (!stbi_info_from_memory(data, static_cast<int>(bytes.size()), &width, &height, &channels))
        throw Error(name + " is no picture that can be read (JPEG, PNG, BMP): " + stbi_failure_reason());
    if (static_cast<long long>(width) * height > 200'000'000)
        throw Error(name + ": " + std::to_string(width) + " x " + std::to_string(height) + " pixels are too many to be a photograph");
    const StbPixels pixels(stbi_load_from_memory(data, static_cast<int>(bytes.size()), &width, &height, &channels, 3), &stbi_image_free);
    if (!pixels) throw Error(name + " cannot be decoded: " + stbi_failure_reason());
    Picture picture(width, height, 3);
    std::memcpy(picture.pixels.data(), pixels.get(), picture.pixels.size());
    return picture;
}

std::string encodeJpeg(const Picture& picture, int quality) {
    std::string bytes;
    if (!stbi_write_jpg_to_func(&append, &bytes, picture.width, picture.height, picture.channels, picture.pixels.data(), quality))
        throw Error("A picture of " + std::to_string(picture.width) + " x " + std::to_string(picture.height) + " pixels cannot be written as JPEG");
    return bytes;
}

Picture readRgbPicture(const std::filesystem::path& file) {
    return decodePicture(readWholeFile(file, std::size_t{256} << 20), file.string());
}

void writePicture(const std::filesystem::path& file, const Picture& picture, int jpegQuality) {
    std::string extension = file.extension().string();
    std::transform(extension.begin(), extension.end(), extension.begin(), [](unsigned char c) { return std::tolower(c); });
    std::string bytes;
    if (extension == ".jpg" || extension == ".jpeg") {
        bytes = encodeJpeg(picture, jpegQuality);
    } else if (extension == ".png") {
        if (!stbi_write_png_to_func(&append, &bytes, picture.width, picture.height, picture.channels, picture.pixels.data(), 0))
            throw Error(file.string() + ": the picture cannot be written as PNG");
    } else {
        throw Error(file.string() + ": pictures are written as .png or .jpg");
    }
    writeWholeFile(file, bytes);
}

Picture jpegRoundTrip(const Picture& picture, int quality) { return decodePicture(encodeJpeg(picture, quality), "a JPEG in memory"); }

Picture resized(const Picture& picture, int width, int height) {
    if (picture.width == width && picture.height == height) return picture;
    const std::vector<Taps> columns = resizeTaps(picture.width, width), rows = resizeTaps(picture.height, height);
    const int channels = picture.channels;
    std::vector<float> narrowed(static_cast<std::size_t>(width) * picture.height * channels);
    for (int y = 0; y < picture.height; ++y)
        for (int x = 0; x < width; ++x) {
            const Taps& taps = columns[static_cast<std::size_t>(x)];
            float* target = &narrowed[(static_cast<std::size_t>(y) * width + x) * channels];
            for (std::size_t t = 0; t < taps.weights.size(); ++t)
                for (int c = 0; c < channels; ++c) target[c] += taps.weights[t] * picture.at(taps.first + static_cast<int>(t), y)[c];
        }
    Picture result(width, height, channels);
    for (int y = 0; y < height; ++y) {
        const Taps& taps = rows[static_cast<std::size_t>(y)];
        for (int i = 0; i < width * channels; ++i) {
            float sum = 0.5f;
            for (std::size_t t = 0; t < taps.weights.size(); ++t)
                sum += taps.weights[t] * narrowed[(static_cast<std::size_t>(taps.first) + t) * width * channels + static_cast<std::size_t>(i)];
            result.pixels[static_cast<std::size_t>(y) * width * channels + static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(std::clamp(sum, 0.0f, 255.0f));
        }
    }
    return result;
}

}  // namespace hmr
