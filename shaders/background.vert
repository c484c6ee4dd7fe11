// SPDX-License-Identifier: MIT
// A rectangle of the target that shows a whole picture.
uniform vec4 rectangle;  // x0, y0 (picture's top left), x1, y1 in normalised device coordinates
out vec2 textureCoordinate;

void main() {
    vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
    textureCoordinate = corner;
    gl_Position = vec4(mix(rectangle.xy, rectangle.zw, corner), 0.0, 1.0);
}
