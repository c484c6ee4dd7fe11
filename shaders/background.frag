// SPDX-License-Identifier: MIT
uniform sampler2D picture;
in vec2 textureCoordinate;
out vec4 outColor;

void main() {
    outColor = vec4(texture(picture, textureCoordinate).rgb, 1.0);
}
